import GRDB

/// The schema, as a list of migrations. A released migration is never edited; changes are new migrations.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 external repositories") { try $0.execute(sql: externalRepositories) }
        migrator.registerMigration("2 organizations") { try $0.execute(sql: organizations) }
        migrator.registerMigration("3 gateway") { try $0.execute(sql: gateway) }
        migrator.registerMigration("4 background checks") { try $0.execute(sql: backgroundChecks) }
        migrator.registerMigration("5 accepted credentials") { try $0.execute(sql: acceptedCredentials) }
        migrator.registerMigration("6 indexes for lists") { try $0.execute(sql: listIndexes) }
        migrator.registerMigration("7 shared verdicts") { try $0.execute(sql: sharedVerdicts) }
        migrator.registerMigration("8 retention") { try $0.execute(sql: retention) }
        migrator.registerMigration("9 outcomes") { try $0.execute(sql: outcomes) }
        migrator.registerMigration("10 authenticated rows") { try $0.execute(sql: authenticatedRows) }
        migrator.registerMigration("11 lineage of keys") { try $0.execute(sql: keyLineage) }
        migrator.registerMigration("12 creators of organizations") { try $0.execute(sql: creators) }
        migrator.registerMigration("13 limits of approval") { try $0.execute(sql: approvalLimits) }
        migrator.registerMigration("14 persons of organizations") { try $0.execute(sql: persons) }
        migrator.registerMigration("15 misplaced accounts") { try $0.execute(sql: misplacedAccounts) }
        migrator.registerMigration("16 due registries") { try $0.execute(sql: dueRegistries) }
        migrator.registerMigration("17 indexes of the whole trail") { try $0.execute(sql: trailIndexes) }
        migrator.registerMigration("18 cursors of lists") { try $0.execute(sql: listCursors) }
        migrator.registerMigration("19 running time") {
            try $0.execute(sql: runningTime)
            try $0.execute(sql: dueNamespaces)
        }
        migrator.registerMigration("20 indexes for starts") { try $0.execute(sql: startIndexes) }
        migrator.registerMigration("21 removed keys") { try $0.execute(sql: removedKeys) }
        migrator.registerMigration("22 services") { try $0.execute(sql: services) }
        migrator.registerMigration("23 agents") { try $0.execute(sql: agents) }
        migrator.registerMigration("24 totals of repositories") { try $0.execute(sql: repositoryTotals) }
        migrator.registerMigration("25 pulled images") { try $0.execute(sql: pulledImages) }
        migrator.registerMigration("26 counts") { try $0.execute(sql: counts) }
        migrator.registerMigration("27 last namespaces") { try $0.execute(sql: lastNamespaces) }
        return migrator
    }

    /// The number of migrations.
    static var version: Int { migrator.migrations.count }

    /// Dates are milliseconds since 1970; identifiers are UUIDs in lower case, except those of API keys. Sealed secrets of credentials are
    /// in a separate table, so that no list query reads it.
    private static let externalRepositories = """
        CREATE TABLE deployment (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            id TEXT NOT NULL,
            secret BLOB NOT NULL,
            key_id TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE accounts (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            is_administrator INTEGER NOT NULL,
            is_disabled INTEGER NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE api_keys (
            id TEXT PRIMARY KEY,
            account TEXT NOT NULL REFERENCES accounts (id),
            hash BLOB NOT NULL,
            label TEXT NOT NULL,
            scopes TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER,
            revoked INTEGER
        ) STRICT;

        CREATE TABLE registries (
            authority TEXT PRIMARY KEY,
            is_ssl INTEGER,
            is_approved INTEGER NOT NULL,
            is_plain_http INTEGER NOT NULL,
            certificate_authorities TEXT,
            realm TEXT
        ) STRICT;

        CREATE TABLE credentials (
            id TEXT PRIMARY KEY,
            namespace TEXT NOT NULL,
            authority TEXT NOT NULL REFERENCES registries (authority),
            label TEXT,
            version INTEGER NOT NULL,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE credential_secrets (
            credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
            version INTEGER NOT NULL,
            envelope BLOB NOT NULL,
            key_id TEXT NOT NULL,
            PRIMARY KEY (credential, version)
        ) STRICT;
        CREATE INDEX credential_secrets_key_id ON credential_secrets (key_id);

        CREATE TABLE repositories (
            id TEXT PRIMARY KEY,
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            authority TEXT NOT NULL REFERENCES registries (authority),
            credential TEXT REFERENCES credentials (id),
            state TEXT NOT NULL,
            state_reason TEXT,
            pull TEXT NOT NULL,
            push TEXT NOT NULL,
            checked INTEGER,
            due INTEGER,
            silences INTEGER NOT NULL,
            created INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            UNIQUE (namespace, name)
        ) STRICT;
        CREATE INDEX repositories_registry ON repositories (namespace, authority, name);
        CREATE INDEX repositories_due ON repositories (due) WHERE due IS NOT NULL;
        CREATE INDEX repositories_credential ON repositories (credential);

        CREATE TABLE repository_counts (
            namespace TEXT NOT NULL,
            authority TEXT NOT NULL,
            count INTEGER NOT NULL CHECK (count >= 0),
            PRIMARY KEY (namespace, authority)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE services (
            id TEXT PRIMARY KEY,
            namespace TEXT NOT NULL,
            repository TEXT NOT NULL,
            state TEXT NOT NULL
        ) STRICT;
        CREATE INDEX services_repository ON services (namespace, repository);

        CREATE TABLE actions (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            namespace TEXT NOT NULL,
            kind TEXT NOT NULL,
            object_kind TEXT NOT NULL,
            object TEXT NOT NULL,
            state TEXT NOT NULL,
            started INTEGER NOT NULL,
            ended INTEGER NOT NULL,
            user TEXT NOT NULL,
            key_id TEXT,
            address TEXT NOT NULL,
            method TEXT NOT NULL,
            path TEXT NOT NULL,
            user_agent TEXT NOT NULL
        ) STRICT;
        CREATE INDEX actions_namespace ON actions (namespace, sequence);

        CREATE TABLE action_counts (
            namespace TEXT PRIMARY KEY,
            count INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
    /// Names are never reused, because a new owner must not read the records of a former one. A robot's name is `organization+robot`, which
    /// is not a namespace.
    private static let organizations = """
        CREATE TABLE namespaces (
            name TEXT PRIMARY KEY,
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO namespaces (name, created) SELECT name, created FROM accounts;

        CREATE TABLE organizations (
            name TEXT PRIMARY KEY REFERENCES namespaces (name),
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE memberships (
            organization TEXT NOT NULL REFERENCES organizations (name),
            account TEXT NOT NULL REFERENCES accounts (id),
            permission TEXT NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (account, organization)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX memberships_organization ON memberships (organization);

        ALTER TABLE accounts ADD COLUMN organization TEXT REFERENCES organizations (name);
        CREATE INDEX accounts_organization ON accounts (organization);

        ALTER TABLE api_keys ADD COLUMN namespace TEXT;
        ALTER TABLE api_keys ADD COLUMN repositories TEXT NOT NULL DEFAULT '';
        ALTER TABLE api_keys ADD COLUMN last_used INTEGER;
        CREATE INDEX api_keys_account ON api_keys (account, created);

        ALTER TABLE actions ADD COLUMN status INTEGER;
        CREATE INDEX actions_ended ON actions (ended);
        """

    private static let gateway = """
        ALTER TABLE repositories ADD COLUMN last_pull INTEGER;
        ALTER TABLE repositories ADD COLUMN last_pull_account TEXT;
        ALTER TABLE repositories ADD COLUMN last_push INTEGER;
        ALTER TABLE repositories ADD COLUMN last_push_account TEXT;
        """

    private static let backgroundChecks = """
        ALTER TABLE repositories ADD COLUMN check_begun INTEGER;
        CREATE INDEX repositories_check_begun ON repositories (check_begun) WHERE check_begun IS NOT NULL;
        """

    /// Derives from the data of earlier versions whether a credential was accepted and a registry reached.
    private static let acceptedCredentials = """
        ALTER TABLE repositories ADD COLUMN is_accepted INTEGER NOT NULL DEFAULT 0;
        UPDATE repositories SET is_accepted = 1 WHERE state IN ('Verified', 'Absent') OR pull = 'yes';

        ALTER TABLE registries ADD COLUMN is_reached INTEGER NOT NULL DEFAULT 0;
        UPDATE registries SET is_reached = 1
            WHERE authority IN (SELECT authority FROM repositories WHERE state IN ('Verified', 'Absent', 'Rejected'));
        """

    /// An index for each filter of a list. Indexes of actions end with the sequence, which is the row identifier, so that actions are read
    /// newest first without sorting.
    private static let listIndexes = """
        CREATE INDEX actions_id ON actions (namespace, id);
        CREATE INDEX actions_object ON actions (namespace, object, object_kind);
        CREATE INDEX actions_state ON actions (namespace, state);
        CREATE INDEX actions_started ON actions (namespace, started);
        CREATE INDEX actions_ended_in_namespace ON actions (namespace, ended);

        DROP INDEX services_repository;
        CREATE INDEX services_repository ON services (namespace, repository, state);

        DROP INDEX accounts_organization;
        CREATE INDEX accounts_organization ON accounts (organization, name);
        CREATE INDEX accounts_administrators ON accounts (name) WHERE is_administrator AND NOT is_disabled;
        """

    /// Equal logins at a registry have equal marks (`LoginMarker`). Credentials that were sealed before get their mark in the next
    /// background check.
    private static let sharedVerdicts = """
        CREATE INDEX repositories_registry_due ON repositories (authority, due) WHERE due IS NOT NULL;
        CREATE INDEX repositories_unreachable ON repositories (authority, due) WHERE state = 'Unreachable';

        ALTER TABLE credentials ADD COLUMN login_mark BLOB;
        CREATE INDEX credentials_login_mark ON credentials (authority, login_mark) WHERE login_mark IS NOT NULL;
        """

    /// `trusted` is the last time of the trusted clock. If the clock is not trusted, `seen` is its last time, and `steady` the milliseconds
    /// since its last jump. `began` and `ceiling` are the start of the last deletion window and the date up to which it deletes actions.
    private static let retention = """
        CREATE TABLE retention (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            trusted INTEGER NOT NULL,
            seen INTEGER,
            steady INTEGER NOT NULL,
            began INTEGER,
            ceiling INTEGER
        ) STRICT;
        """

    /// `revision` numbers the changes of the trail: an action gets a new one when its outcome is stored.
    private static let outcomes = """
        ALTER TABLE actions ADD COLUMN reference TEXT;
        ALTER TABLE actions ADD COLUMN reason TEXT;
        ALTER TABLE actions ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE actions ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
        UPDATE actions SET revision = sequence;
        CREATE UNIQUE INDEX actions_revision ON actions (revision);

        CREATE TABLE action_revisions (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO action_revisions (only, last)
            VALUES (1, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'actions'), 0));

        CREATE INDEX actions_kind ON actions (namespace, kind);
        CREATE INDEX actions_user ON actions (namespace, user);
        CREATE INDEX actions_key ON actions (namespace, key_id);
        CREATE INDEX actions_in_progress ON actions (sequence) WHERE state = 'In progress';
        """

    /// The codes of rows (`AuthenticatedRow`). The first start with this step signs the rows of earlier versions.
    private static let authenticatedRows = """
        ALTER TABLE accounts ADD COLUMN code BLOB;
        ALTER TABLE api_keys ADD COLUMN code BLOB;
        ALTER TABLE memberships ADD COLUMN code BLOB;
        ALTER TABLE registries ADD COLUMN code BLOB;
        ALTER TABLE repositories ADD COLUMN code BLOB;
        """

    private static let keyLineage = """
        ALTER TABLE api_keys ADD COLUMN made_with TEXT;
        ALTER TABLE api_keys ADD COLUMN renews TEXT;
        CREATE INDEX api_keys_made_with ON api_keys (made_with) WHERE made_with IS NOT NULL;
        CREATE INDEX api_keys_renews ON api_keys (renews) WHERE renews IS NOT NULL;
        """

    /// Organizations count against the account that created them, even after their removal. For organizations of earlier versions, the
    /// creator is the member that was added at their creation.
    private static let creators = """
        ALTER TABLE namespaces ADD COLUMN creator TEXT;
        CREATE INDEX namespaces_creator ON namespaces (creator) WHERE creator IS NOT NULL;
        UPDATE namespaces SET creator = (
            SELECT m.account FROM memberships m WHERE m.organization = namespaces.name AND m.created = namespaces.created LIMIT 1);
        """

    /// Space-separated lists. Registries that were approved before remain approved for every private network.
    private static let approvalLimits = """
        ALTER TABLE registries ADD COLUMN networks TEXT NOT NULL DEFAULT '';
        ALTER TABLE registries ADD COLUMN blob_hosts TEXT NOT NULL DEFAULT '';
        """

    /// `person` is the name of an account that is not a robot, so that the persons of an organization are read in the order of their names.
    private static let persons = """
        ALTER TABLE memberships ADD COLUMN person TEXT;
        UPDATE memberships SET person = (SELECT name FROM accounts a WHERE a.id = memberships.account AND a.organization IS NULL);
        CREATE INDEX memberships_person ON memberships (organization, person) WHERE person IS NOT NULL;
        """

    /// Always empty, unless something else than the server changes an account.
    private static let misplacedAccounts = """
        CREATE INDEX accounts_misplaced ON accounts (name) WHERE (organization IS NOT NULL) <> (instr(name, '+') > 0);
        """
}

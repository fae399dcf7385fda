/// The first migration as released. It must never be edited.
enum FirstSchema {
    static let name = "1 external repositories"

    static let sql = """
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
}

extension Schema {
    /// `due_registries` has the earliest due date of the repositories of each registry, so that the registries with due repositories are found
    /// without reading the others. Repositories whose last check got no response (`is_silent`) have a date of their own. Triggers maintain
    /// the table.
    ///
    /// `state_before` is the state before a registry became unreachable or refused a login.
    ///
    /// An action in progress has no end yet: the index of ends leaves it out. Counters of zero are deleted, so that a list of registries
    /// does not read them.
    static let dueRegistries = """
        ALTER TABLE repositories ADD COLUMN state_before TEXT;
        ALTER TABLE repositories ADD COLUMN is_silent INTEGER
            GENERATED ALWAYS AS (silences > 0 OR state IN ('Unreachable', 'Unverified')) VIRTUAL;
        CREATE INDEX repositories_silent_due ON repositories (authority, is_silent, due) WHERE due IS NOT NULL;
        CREATE INDEX repositories_state_before ON repositories (authority, state) WHERE state_before IS NOT NULL;

        CREATE TABLE due_registries (
            authority TEXT NOT NULL,
            is_silent INTEGER NOT NULL,
            due INTEGER NOT NULL,
            PRIMARY KEY (authority, is_silent)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO due_registries (authority, is_silent, due)
            SELECT authority, is_silent, min(due) FROM repositories WHERE due IS NOT NULL GROUP BY authority, is_silent;
        CREATE INDEX due_registries_due ON due_registries (is_silent, due);

        CREATE TRIGGER repositories_due_inserted AFTER INSERT ON repositories WHEN new.due IS NOT NULL BEGIN
            \(updateOfDueRegistry("new"))
        END;
        CREATE TRIGGER repositories_due_updated AFTER UPDATE OF due, silences, state ON repositories BEGIN
            \(updateOfDueRegistry("new"))
        END;
        CREATE TRIGGER repositories_due_deleted AFTER DELETE ON repositories WHEN old.due IS NOT NULL BEGIN
            \(updateOfDueRegistry("old"))
        END;

        DROP INDEX actions_ended_in_namespace;
        CREATE INDEX actions_ended_in_namespace ON actions (namespace, ended) WHERE state <> 'In progress';

        DELETE FROM repository_counts WHERE count = 0;
        """

    /// - Parameter row: `new` or `old`, the changed row.
    private static func updateOfDueRegistry(_ row: String) -> String {
        let first = [0, 1].map { isSilent in
            """
            SELECT * FROM (SELECT authority, is_silent, due FROM repositories
                WHERE authority = \(row).authority AND is_silent = \(isSilent) AND due IS NOT NULL ORDER BY due LIMIT 1)
            """
        }
        return """
            DELETE FROM due_registries WHERE authority = \(row).authority;
            INSERT INTO due_registries (authority, is_silent, due) \(first.joined(separator: " UNION ALL "));
            """
    }
}

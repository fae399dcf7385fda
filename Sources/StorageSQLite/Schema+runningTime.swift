/// Step 19.
extension Schema {
    /// `trusted` is the time by which actions are deleted, and `expected` the time of a wall clock that did not jump since `steady` milliseconds
    /// of running time. `ran` is the total running time of the servers, and `began` its value at the start of the last deletion window, which
    /// deletes actions up to `ceiling`.
    static let runningTime = """
        ALTER TABLE retention RENAME TO earlier_retention;
        CREATE TABLE retention (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            trusted INTEGER NOT NULL,
            expected INTEGER NOT NULL,
            steady INTEGER NOT NULL,
            is_steady INTEGER NOT NULL,
            ran INTEGER NOT NULL,
            began INTEGER,
            ceiling INTEGER
        ) STRICT;
        INSERT INTO retention (only, trusted, expected, steady, is_steady, ran, began, ceiling)
            SELECT only, trusted, coalesce(seen, trusted), steady, 0, 0, CASE WHEN began IS NOT NULL THEN 0 END, ceiling
            FROM earlier_retention;
        DROP TABLE earlier_retention;
        """

    /// `due_namespaces` has the earliest due date of the repositories of each namespace at a registry, so that the namespaces take turns.
    /// Triggers maintain it like `due_registries`, which is derived from it.
    static let dueNamespaces = """
        DROP INDEX repositories_silent_due;
        CREATE INDEX repositories_namespace_due ON repositories (authority, is_silent, namespace, due) WHERE due IS NOT NULL;

        CREATE TABLE due_namespaces (
            authority TEXT NOT NULL,
            is_silent INTEGER NOT NULL,
            namespace TEXT NOT NULL,
            due INTEGER NOT NULL,
            PRIMARY KEY (authority, is_silent, namespace)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO due_namespaces (authority, is_silent, namespace, due)
            SELECT authority, is_silent, namespace, min(due) FROM repositories WHERE due IS NOT NULL
            GROUP BY authority, is_silent, namespace;
        CREATE INDEX due_namespaces_due ON due_namespaces (authority, is_silent, due);

        DROP TRIGGER repositories_due_inserted;
        DROP TRIGGER repositories_due_updated;
        DROP TRIGGER repositories_due_deleted;
        CREATE TRIGGER repositories_due_inserted AFTER INSERT ON repositories WHEN new.due IS NOT NULL BEGIN
            \(updateOfDueNamespace("new"))
        END;
        CREATE TRIGGER repositories_due_updated AFTER UPDATE OF due, silences, state ON repositories BEGIN
            \(updateOfDueNamespace("new"))
        END;
        CREATE TRIGGER repositories_due_deleted AFTER DELETE ON repositories WHEN old.due IS NOT NULL BEGIN
            \(updateOfDueNamespace("old"))
        END;
        """

    /// - Parameter row: `new` or `old`, the changed row.
    private static func updateOfDueNamespace(_ row: String) -> String {
        let repositories = [0, 1].map { isSilent in
            """
            SELECT * FROM (SELECT authority, is_silent, namespace, due FROM repositories
                WHERE authority = \(row).authority AND is_silent = \(isSilent) AND namespace = \(row).namespace AND due IS NOT NULL
                ORDER BY due LIMIT 1)
            """
        }
        let namespaces = [0, 1].map { isSilent in
            """
            SELECT * FROM (SELECT authority, is_silent, due FROM due_namespaces
                WHERE authority = \(row).authority AND is_silent = \(isSilent) ORDER BY due LIMIT 1)
            """
        }
        return """
            DELETE FROM due_namespaces
                WHERE authority = \(row).authority AND is_silent IN (0, 1) AND namespace = \(row).namespace;
            INSERT INTO due_namespaces (authority, is_silent, namespace, due) \(repositories.joined(separator: " UNION ALL "));
            DELETE FROM due_registries WHERE authority = \(row).authority;
            INSERT INTO due_registries (authority, is_silent, due) \(namespaces.joined(separator: " UNION ALL "));
            """
    }
}

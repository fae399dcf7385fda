/// Step 24.
extension Schema {
    /// The number of repositories of each namespace. `repository_counts` has it for each registry, of which a namespace may have thousands.
    /// Triggers maintain it.
    static let repositoryTotals = """
        CREATE TABLE repository_totals (
            namespace TEXT PRIMARY KEY,
            count INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO repository_totals (namespace, count) SELECT namespace, count(*) FROM repositories GROUP BY namespace;

        CREATE TRIGGER repositories_counted AFTER INSERT ON repositories BEGIN
            INSERT INTO repository_totals (namespace, count) VALUES (new.namespace, 1)
                ON CONFLICT (namespace) DO UPDATE SET count = count + 1;
        END;
        CREATE TRIGGER repositories_uncounted AFTER DELETE ON repositories BEGIN
            UPDATE repository_totals SET count = count - 1 WHERE namespace = old.namespace;
            DELETE FROM repository_totals WHERE namespace = old.namespace AND count = 0;
        END;
        """
}

/// Step 26.
extension Schema {
    /// `repository_states` has the number of repositories in each state. `rejections` has the number of the last change to `Rejected`, and
    /// `rejection` that of the last one of a repository, so that those that became `Rejected` lately are found. Triggers maintain them.
    ///
    /// The index of expiries leaves out revoked keys.
    static let counts = """
        CREATE TABLE repository_states (
            state TEXT PRIMARY KEY,
            count INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO repository_states (state, count) SELECT state, count(*) FROM repositories GROUP BY state;

        CREATE TABLE rejections (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO rejections (only, last) VALUES (1, 0);
        ALTER TABLE repositories ADD COLUMN rejection INTEGER;
        CREATE INDEX repositories_rejection ON repositories (rejection) WHERE state = 'Rejected';

        CREATE INDEX api_keys_expires ON api_keys (expires, id) WHERE expires IS NOT NULL AND revoked IS NULL;

        CREATE TRIGGER repositories_state_inserted AFTER INSERT ON repositories BEGIN
            \(increment)
        END;
        CREATE TRIGGER repositories_state_updated AFTER UPDATE OF state ON repositories WHEN new.state <> old.state BEGIN
            \(decrement)
            \(increment)
        END;
        CREATE TRIGGER repositories_state_deleted AFTER DELETE ON repositories BEGIN
            \(decrement)
        END;
        CREATE TRIGGER repositories_rejected AFTER UPDATE OF state ON repositories
            WHEN new.state = 'Rejected' AND old.state <> 'Rejected' BEGIN
            UPDATE rejections SET last = last + 1 WHERE only = 1;
            UPDATE repositories SET rejection = (SELECT last FROM rejections WHERE only = 1) WHERE id = new.id;
        END;
        """

    private static let increment = """
        INSERT INTO repository_states (state, count) VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1;
        """
    private static let decrement = "UPDATE repository_states SET count = count - 1 WHERE state = old.state;"
}

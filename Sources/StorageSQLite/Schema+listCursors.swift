extension Schema {
    /// `name` is the name of the account, so that members, robots and their keys are read in the order of the names. The names of robots
    /// begin with that of the organization and `+`. The index is unique, so that no member shares the cursor of another, and SQLite reads
    /// the keys of the members in order without sorting. A membership without an account, which only an edit leaves, gets its identifier.
    static let listCursors = """
        DROP INDEX memberships_person;
        DROP INDEX memberships_organization;
        ALTER TABLE memberships DROP COLUMN person;
        ALTER TABLE memberships ADD COLUMN name TEXT NOT NULL DEFAULT '';
        UPDATE memberships SET name = coalesce((SELECT name FROM accounts a WHERE a.id = memberships.account), account);
        CREATE UNIQUE INDEX memberships_name ON memberships (organization, name);

        CREATE INDEX accounts_disabled ON accounts (organization, is_disabled, name);
        """
}

/// Step 21.
extension Schema {
    /// `removed_keys` has the keys of removed robots, from which a lost revocation journal is rebuilt. The index finds the repositories of a
    /// registry whose row is missing.
    static let removedKeys = """
        CREATE TABLE removed_keys (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE INDEX repositories_authority ON repositories (authority);
        """
}

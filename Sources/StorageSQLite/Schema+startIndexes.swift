/// Step 20.
extension Schema {
    /// Rows that each start reads, and that are few among many: revoked keys, disabled accounts, and registries with certificate
    /// authorities of their own.
    static let startIndexes = """
        CREATE INDEX api_keys_revoked ON api_keys (id) WHERE revoked IS NOT NULL;
        CREATE INDEX accounts_all_disabled ON accounts (name) WHERE is_disabled;
        CREATE INDEX registries_certified ON registries (authority) WHERE certificate_authorities IS NOT NULL;
        """
}

import Wire

/// The results of a revocation for the keys that were made with the revoked key.
public struct KeyRevocation: CloudObject, Hashable, Sendable {
    /// The IDs of the keys that were revoked.
    public let revoked: [String]
    /// Keys of other accounts that were made with it and stay valid.
    public let remaining: [Key]

    /// A key that stays valid.
    public struct Key: Hashable, Sendable {
        /// The part of the key that names it; it is no secret.
        public let id: String
        /// The name of the account that it belongs to.
        public let account: String
        /// Its purpose, as its maker wrote it; may be empty.
        public let label: String
    }

    init(of id: String) {
        revoked = [id]
        remaining = []
    }

    init(json: JSON, requestID: String?) throws(DockerCloudError) {
        let body = try json.decoded(as: KeyRevocationBody.self, what: "a revocation", requestID: requestID)
        revoked = body.revoked
        remaining = body.remaining.map { Key(id: $0.id, account: $0.account, label: $0.label) }
    }
}

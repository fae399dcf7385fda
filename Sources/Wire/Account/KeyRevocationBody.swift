/// The results of a revocation for the key and its descendants; sent only if there are descendants.
package struct KeyRevocationBody: Codable, Hashable, Sendable {
    /// The identifiers of the keys that were revoked, the key itself first.
    package var revoked: [String]
    /// Keys of other accounts, which stay valid.
    package var remaining: [Key]

    package struct Key: Codable, Hashable, Sendable {
        package var account: String
        package var id: String
        package var label: String

        package init(account: String, id: String, label: String) {
            self.account = account
            self.id = id
            self.label = label
        }
    }

    package init(revoked: [String], remaining: [Key]) {
        self.revoked = revoked
        self.remaining = remaining
    }
}

/// The body of a request that renews an API key. A member that is nil was absent or `null`.
package struct KeyRenewalRequest: Encodable, Hashable, Sendable {
    package var expiresDays: Int?
    package var graceHours: Int?

    package init(expiresDays: Int? = nil, graceHours: Int? = nil) {
        self.expiresDays = expiresDays
        self.graceHours = graceHours
    }

    enum CodingKeys: String, CodingKey {
        case expiresDays = "expires_days"
        case graceHours = "grace_hours"
    }

    package init(_ json: JSON) throws(BodyError) {
        for (name, value) in try json.members() {
            switch CodingKeys(rawValue: name) {
            case .expiresDays: expiresDays = try value.wholeNumber(of: name)
            case .graceHours: graceHours = try value.wholeNumber(of: name)
            case nil: throw .unknownMember(name, known: "a renewal takes expires_days and grace_hours")
            }
        }
    }
}

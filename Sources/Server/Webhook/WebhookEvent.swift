import Crypto
import Domain
import FoundationEssentials
import Naming
import Operations
import Wire

/// The JSON of an event that is posted to a webhook. It contains no secret.
struct WebhookEvent: Encodable {
    let id: UUID
    let kind: Kind
    private let created: String
    private var repository: RepositoryPart?
    private var key: KeyPart?

    enum Kind: String, Encodable {
        case repositoryRejected = "repository.rejected"
        case keyExpiring = "apikey.expiring"
    }

    private struct RepositoryPart: Encodable {
        let name: String
        let namespace: String
        let resource_uri: String
        let state: String
        let state_reason: String
    }

    private struct KeyPart: Encodable {
        let account: String
        let days: Int
        let expires: String
        let id: String
        let label: String
    }

    private enum CodingKeys: String, CodingKey {
        case id, created, repository
        case kind = "type"
        case key = "apikey"
    }

    init(_ event: ServerEvent, id: UUID, at date: Date) {
        self.id = id
        created = date.formatted(.iso8601)
        switch event {
        case .repositoryRejected(let repository):
            kind = .repositoryRejected
            self.repository = RepositoryPart(
                name: repository.name.description, namespace: repository.namespace.description,
                resource_uri: APIPath(.repository(repository.name), in: repository.namespace).description,
                state: repository.verification.state.rawValue, state_reason: repository.verification.reason ?? "")
        case .keyExpiring(let held, let horizon):
            kind = .keyExpiring
            key = KeyPart(
                account: held.account.name.description, days: horizon.days,
                expires: held.key.expires?.formatted(.iso8601) ?? "", id: held.key.id, label: held.key.label)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id.uuidString.lowercased(), forKey: .id)
        try members.encode(kind, forKey: .kind)
        try members.encode(created, forKey: .created)
        try members.encodeIfPresent(repository, forKey: .repository)
        try members.encodeIfPresent(key, forKey: .key)
    }

    /// The body of the request. API keys in it are redacted, as in the log.
    func body() throws -> [UInt8] {
        Array(APIKeySecret.redacting(String(decoding: try WireCoding.encode(self), as: UTF8.self)).utf8)
    }
}

extension ServerEvent {
    /// Equal for an expiry that is reported again after a start, so that receivers recognize it.
    var id: UUID {
        guard case .keyExpiring(let held, let horizon) = self else { return UUID() }
        let name = "\(held.key.id)/\(horizon.days)/\(held.key.expires?.timeIntervalSince1970 ?? 0)"
        var bytes = Array(SHA256.hash(data: Array(name.utf8)).prefix(16))
        // Version 8, of the application (https://www.rfc-editor.org/rfc/rfc9562#section-5.8).
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}

import Domain
import FoundationEssentials

/// A bearer token, as a realm gives it out (https://distribution.github.io/distribution/spec/auth/token/).
struct Token: Hashable, Sendable {
    let secret: Secret
    /// For how long it holds from when it was asked for.
    let lifetime: Duration

    /// What holds where the realm says nothing, and at least.
    static let shortestLifetime = Duration.seconds(60)

    /// Reads a realm's answer; nil for one without a token that can be sent.
    init?(answer body: [UInt8]) {
        guard let document = try? JSONDecoder().decode(Document.self, from: Data(body)) else { return nil }
        let candidates = [document.access_token, document.token].compactMap(\.self)
        guard let text = candidates.first(where: { !$0.isEmpty }), text.utf8.count <= Self.maximumSize,
            text.utf8.allSatisfy(Self.isSendable)
        else { return nil }
        secret = Secret(text)
        lifetime = max(document.expires_in.map { .seconds($0) } ?? Self.shortestLifetime, Self.shortestLifetime)
    }

    /// In bytes. Registries and proxies take no larger header field.
    private static let maximumSize = 16 << 10

    /// https://www.rfc-editor.org/rfc/rfc6750#section-2.1
    var authorization: Secret { Secret("Bearer \(secret.revealed())") }

    /// Nothing that ends a header field, or the token in it.
    private static func isSendable(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    private struct Document: Decodable {
        let token: String?
        let access_token: String?
        /// In seconds.
        let expires_in: Int32?
    }
}

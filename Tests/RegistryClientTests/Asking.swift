import Domain
import FoundationEssentials
import NIOCore
import Naming
import TestSupport

@testable import RegistryClient

/// One question to a verifier; what a test does not say is the common case.
struct Question: Sendable {
    var repository = "team/image"
    var credential: Credential? = Canary.credential
    var depth = VerificationDepth.pull
    var cause = VerificationCause.request
    /// Plain HTTP, which needs no finding out, so that the recorder has exactly the requests of the verification.
    var isSSL: Bool? = false
    var timeLimit = TimeAmount.seconds(15)
    /// The token realm that is pinned or approved.
    var realm: String?
    /// The PEM file of the authorities that are trusted for the registry; nil for those of the system alone.
    var authorityPath: String?
    /// Other registries on this machine that may be contacted, as `host:port`.
    var allowed: [String] = []

    func ask(_ authority: String) async throws -> VerificationOutcome {
        try await timed(authority).outcome
    }

    func ask(_ registry: FaultyRegistry) async throws -> VerificationOutcome {
        try await ask(registry.authority)
    }

    /// Also says how long it took.
    func timed(_ authority: String) async throws -> (outcome: VerificationOutcome, elapsed: Duration) {
        let name = try RepositoryName(parsing: "\(authority)/\(repository)")
        // Approved, for every registry of a test is on this machine.
        let authorities = try authorityPath.map { try String(contentsOfFile: $0, encoding: .utf8) }
        let trust = RegistryTrust(isApproved: true, certificateAuthorities: authorities, realm: realm)
        let registry = Registry(authority: name.authority, isSSL: isSSL, trust: trust)
        let transport = AsyncHTTPClientTransport(policy: AddressPolicy(allowing: allowed.compactMap { Allowance($0) }))
        let verifier = Verifier(transport: transport, timeLimit: timeLimit)
        let start = ContinuousClock.now
        let outcome = await verifier.verify(name, with: credential, depth: depth, registry: registry, for: .background, because: cause)
        let elapsed = ContinuousClock.now - start
        // Not waited for: a TLS handshake that hangs holds it up until the registry of the test is gone.
        Task { try await transport.shutdown() }
        return (outcome, elapsed)
    }
}

extension RegistryBehavior {
    /// It has `team/image`, and knows the canary.
    static let basic = RegistryBehavior(users: Canary.behavior, repositories: ["team/image"])
    /// It has `team/image`, and asks nobody who he is.
    static let open = RegistryBehavior(repositories: ["team/image"])
}

/// The path of the call that a verification makes on the repository, and of the one that begins a push.
let tagsPath = "/v2/team/image/tags/list"
let uploadsPath = "/v2/team/image/blobs/uploads/"

extension VerificationOutcome {
    /// The reason or note; empty where there is none.
    var text: String {
        switch verdict {
        case .accepted(let note): note ?? ""
        case .absent, .reachable: ""
        case .refused(let reason), .denied(let reason), .silent(let reason), .unknownHost(let reason), .unspoken(let reason),
            .forbidden(let reason):
            reason
        case .limited(let limit): limit.reason
        }
    }

    /// `accepted`, `refused`, …
    var kind: String {
        switch verdict {
        case .accepted: "accepted"
        case .absent: "absent"
        case .refused: "refused"
        case .denied: "denied"
        case .silent: "silent"
        case .reachable: "reachable"
        case .unknownHost: "unknown host"
        case .unspoken: "unspoken"
        case .forbidden: "forbidden"
        case .limited: "limited"
        }
    }
}

extension Requester {
    /// An account that no other has the name of.
    static func fresh() -> Requester {
        let name = try? NamespaceName(parsing: "a" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(20))
        return name.map { .account($0) } ?? .background
    }
}

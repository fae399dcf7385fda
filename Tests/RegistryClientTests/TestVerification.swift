import Domain
import FoundationEssentials
import NIOCore
import Naming
import TestSupport

@testable import RegistryClient

/// A verification at a registry of a test; the defaults are the common case.
struct TestVerification: Sendable {
    var repository = "team/image"
    var credential: Credential? = Canary.credential
    var depth = VerificationDepth.pull
    var cause = VerificationCause.request
    /// Plain HTTP, which needs no TLS detection, so that the registry records only the requests of the verification.
    var isSSL: Bool? = false
    var timeLimit = TimeAmount.seconds(15)
    /// The token realm that is pinned or approved.
    var realm: String?
    /// The PEM file of the authorities that are trusted for the registry; nil for the system's authorities only.
    var authorityPath: String?
    /// Other registries on this machine that may be contacted, as `host:port`.
    var allowed: [String] = []

    func run(_ authority: String) async throws -> VerificationOutcome {
        try await timed(authority).outcome
    }

    func run(_ registry: FaultyRegistry) async throws -> VerificationOutcome {
        try await run(registry.authority)
    }

    /// Also returns the duration.
    func timed(_ authority: String) async throws -> (outcome: VerificationOutcome, elapsed: Duration) {
        let name = try RepositoryName(parsing: "\(authority)/\(repository)")
        // Approved, because each registry of a test is on this machine.
        let authorities = try authorityPath.map { try String(contentsOfFile: $0, encoding: .utf8) }
        let trust = RegistryTrust(isApproved: true, certificateAuthorities: authorities, realm: realm)
        let registry = Registry(authority: name.authority, isSSL: isSSL, trust: trust)
        let transport = AsyncHTTPClientTransport(policy: AddressPolicy(allowing: allowed.compactMap { Allowance($0) }))
        let verifier = Verifier(transport: transport, timeLimit: timeLimit)
        let start = ContinuousClock.now
        let outcome = await verifier.verify(name, with: credential, depth: depth, registry: registry, for: .background, because: cause)
        let elapsed = ContinuousClock.now - start
        // Not awaited: a hanging TLS handshake delays it until the registry of the test is closed.
        Task { try await transport.shutdown() }
        return (outcome, elapsed)
    }
}

extension RegistryBehavior {
    /// Stores `team/image`, and accepts the canary.
    static let basic = RegistryBehavior(users: Canary.behavior, repositories: ["team/image"])
    /// Stores `team/image`, and demands no authentication.
    static let open = RegistryBehavior(repositories: ["team/image"])
}

/// The paths of the requests that list tags and start an upload.
let tagsPath = "/v2/team/image/tags/list"
let uploadsPath = "/v2/team/image/blobs/uploads/"

extension VerificationOutcome {
    /// The reason or note; empty if there is none.
    var text: String {
        switch verdict {
        case .accepted(let note): note ?? ""
        case .absent, .reachable: ""
        case .refused(let reason), .denied(let reason), .inconclusive(let reason), .unknownHost(let reason), .unsupported(let reason),
            .forbidden(let reason):
            reason.sentences()
        case .limited(let limit): limit.text.sentences()
        }
    }

    /// `accepted`, `refused`, …
    var kind: String {
        switch verdict {
        case .accepted: "accepted"
        case .absent: "absent"
        case .refused: "refused"
        case .denied: "denied"
        case .inconclusive: "inconclusive"
        case .reachable: "reachable"
        case .unknownHost: "unknown host"
        case .unsupported: "unsupported"
        case .forbidden: "forbidden"
        case .limited: "limited"
        }
    }
}

extension Requester {
    /// An account with a unique name.
    static func fresh() -> Requester {
        let name = try? NamespaceName(parsing: "a" + UUID().uuidString.lowercased().replacing("-", with: "").prefix(20))
        return name.map { .account($0) } ?? .background
    }
}

extension FaultyRegistry {
    /// Responds to requests for the manifest `latest` with 400, which shows nothing about the right to pull.
    func hideManifest() {
        for method in ["GET", "HEAD"] { set(.html(400), for: method, "/v2/team/image/manifests/latest") }
    }
}

import Domain
import Logging
import NIOCore
import Naming
import RegistryClient

/// Logs one notice for each verification that a registry did not respond to as a registry does.
struct LoggingVerifier: Verifying {
    let verifier: any Verifying
    let logger: Logger

    func verify(
        _ name: RepositoryName, with credential: Credential?, depth: VerificationDepth, registry: Registry, for requester: Requester,
        because cause: VerificationCause
    ) async -> VerificationOutcome {
        let outcome = await verifier.verify(
            name, with: credential, depth: depth, registry: registry, for: requester, because: cause)
        switch outcome.verdict {
        case .inconclusive(let reason), .unknownHost(let reason):
            logger.notice("upstream request failed", metadata: ["repository": "\(name)", "reason": "\(reason)"])
        default: break
        }
        return outcome
    }

    func addresses(of registry: Registry, for requester: Requester) async -> [IPAddress] {
        await verifier.addresses(of: registry, for: requester)
    }
}

import Domain
import Naming
import RegistryClient
import Storage

extension Backend {
    /// Tries the credential on the repository as far as the request and the policy want it, and tells what to store of that
    /// and of the registry.
    func verify(
        _ name: RepositoryName, with credential: Credential?, wish: VerificationWish
    ) async throws -> (verification: Verification, registry: Registry) {
        let known = try await store.read { try $0.registry(name.authority) }
        let isSSL = known?.isSSL ?? (name.authority.isLiteralLoopback ? nil : true)
        guard let depth = try verificationPolicy.depth(for: wish) else {
            return (Verification(state: .unverified), Registry(authority: name.authority, isSSL: isSSL))
        }
        let outcome = await verifier.verify(name, with: credential, depth: depth, isSSL: isSSL)
        let verification = try verificationPolicy.verification(from: outcome, at: clock.now())
        return (verification, Registry(authority: name.authority, isSSL: outcome.isSSL ?? isSSL))
    }
}

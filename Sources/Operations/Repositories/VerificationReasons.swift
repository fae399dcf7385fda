import Domain
import Naming

/// Reasons of states that are the same for every registry.
extension Verification {
    static func absence(at registry: RegistryAuthority) -> String {
        "\(registry) has no repository of this name yet. Check the spelling, or push to create it."
    }

    static func reachability(of registry: RegistryAuthority) -> String {
        "\(registry) responds now. The credential is verified by the next pull or push, or by 'docker-cloud repository verify'."
    }
}

extension RequestError {
    /// - Parameter isRequired: whether the server stores verified repositories only.
    init(unknownHostOf registry: RegistryAuthority, isVerificationRequired isRequired: Bool) {
        let sentence = "\(registry.host) does not exist: no such host name. Check the spelling. Nothing was stored"
        self = .invalid(isRequired ? sentence : "\(sentence); register it without verification to store it anyway (verify=false)")
    }
}

import Domain
import RegistryClient

/// The receiver of events.
struct WebhookSettings: Sendable {
    let url: RegistryURL
    private let secretFile: String?
    /// The secret in the environment.
    private let given: String?

    /// The environment variable with the secret itself.
    static let variable = "LIGHTERMAN_WEBHOOK_SECRET"
    private static let minimumLength = 32

    /// - Returns: nil without a URL.
    init?(url text: String?, secretFile: String?, environment: [String: String]) throws(StartError) {
        let given = environment[Self.variable].flatMap { $0.isEmpty ? nil : $0 }
        guard let text else {
            guard secretFile == nil, given == nil else {
                throw StartError(.configuration, "--webhook-secret-file and \(Self.variable) require --webhook: give both, or neither")
            }
            return nil
        }
        do throws(RegistryURLError) {
            url = try RegistryURL(resolving: text)
        } catch {
            throw StartError(.configuration, "--webhook must be a URL such as https://hooks.example/lighterman: \(error.reason)")
        }
        self.secretFile = secretFile
        self.given = given
    }

    /// The secret, which only the server needs, and not the commands with the same settings.
    func secret() throws(StartError) -> Secret {
        let found =
            try secretFile.map { path throws(StartError) in try PrivateFile.read(path, named: "the file with the secret of the webhook") }
            ?? given
        guard let secret = found?.trimmingWhitespace, secret.utf8.count >= Self.minimumLength else {
            throw StartError(
                .configuration,
                "--webhook requires a secret of at least \(Self.minimumLength) characters, in the file of --webhook-secret-file or in "
                    + "\(Self.variable): create one with 'openssl rand -hex 32'")
        }
        return Secret(secret)
    }
}

extension String {
    /// The text without spaces and line breaks at its ends.
    fileprivate var trimmingWhitespace: String {
        String(String(drop(while: \.isWhitespace).reversed()).drop(while: \.isWhitespace).reversed())
    }
}

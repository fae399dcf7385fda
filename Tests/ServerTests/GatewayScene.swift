import Foundation
import TestSupport
import Testing

/// A server with registries that use all three kinds of authentication: tokens, with two users who each may access only their own
/// repository; passwords; passwords over TLS with a certificate of a private authority.
struct GatewayScene: Sendable {
    let server: LightermanProcess
    let folder: TemporaryDirectory
    let withTokens: DockerRegistry
    let withPasswords: DockerRegistry
    let withTLS: DockerRegistry

    /// The output of the image that every repository has under the tag `v1`.
    static let line = "ferried by a lighterman"
    static let passwords = ["anna": "anna's password", "bert": "bert's password", "carol": "sesame"]

    static var isPossible: Bool { DockerRegistry.isInstalled && RegistryCertificate.isPossible }
    static let requirements: Comment = "docker-registry, htpasswd, skopeo or openssl is not installed"

    /// A repository on one of the registries.
    struct Place: Sendable {
        let registry: DockerRegistry
        let path: String
        let user: String

        /// The name under which it is registered.
        var name: String { "\(registry.authority)/\(path)" }
        func hasTag(_ tag: String) -> Bool { registry.hasTag(tag, in: path) }
    }

    var annas: Place { Place(registry: withTokens, path: "team/a", user: "anna") }
    var berts: Place { Place(registry: withTokens, path: "team/b", user: "bert") }
    /// The repositories with an image.
    var places: [Place] {
        [annas, berts] + [withPasswords, withTLS].map { Place(registry: $0, path: "user1/image1", user: "carol") }
    }
    /// A repository without any content.
    var empty: Place { Place(registry: withPasswords, path: "out/built", user: "carol") }

    /// The host of the server, as a prefix of image names.
    var host: String { String(server.url.dropFirst("http://".count)) }

    /// The image name at the server.
    func name(of place: Place, in namespace: String? = nil) -> String {
        "\(host)/\(namespace.map { "\($0)/" } ?? "")\(place.name.replacing(":", with: "_"))"
    }

    /// The account and the API key of the server's administrator.
    func login() throws -> (account: String, key: String) {
        let variables = try server.administratorEnvironment()
        return (variables["DOCKERCLOUD_USER"] ?? "", variables["DOCKERCLOUD_APIKEY"] ?? "")
    }

    /// Runs `docker-cloud` as the administrator.
    @discardableResult
    func cloud(_ arguments: String..., input: String = "") async throws -> String {
        let environment = try server.administratorEnvironment().merging(["HOME": folder.path]) { $1 }
        return try await TestSupport.run(Binaries.dockerCloud, arguments, environment: environment, input: input).succeeded()
            .trimmingCharacters(in: .newlines)
    }
}

// Setup.
extension GatewayScene {
    static func run(_ body: (GatewayScene) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            var behavior = TokenBehavior(
                users: passwords.filter { $0.key != "carol" },
                rights: ["anna": ["team/a": ["pull", "push"]], "bert": ["team/b": ["pull", "push"]]])
            behavior.signer = try TestTokenSigner(await RegistryCertificate.selfSigned(in: folder))
            let certificate = try await RegistryCertificate.signed(in: folder)
            let carol = passwords.filter { $0.key == "carol" }
            try await TokenServer.run(behavior) { tokens in
                try await DockerRegistry.run(tokens: tokens) { withTokens in
                    try await DockerRegistry.run(users: carol) { withPasswords in
                        try await DockerRegistry.run(users: carol, certificate: certificate) { withTLS in
                            try await LightermanProcess.with(in: folder) { server in
                                let scene = GatewayScene(
                                    server: server, folder: folder, withTokens: withTokens, withPasswords: withPasswords, withTLS: withTLS)
                                try await scene.prepare(realm: tokens.realm, authority: certificate.authorityPath)
                                try await body(scene)
                            }
                        }
                    }
                }
            }
        }
    }

    private func prepare(realm: String, authority: String) async throws {
        try await cloud("registry", "trust", withTokens.authority, "--realm", realm)
        try await cloud("registry", "trust", withTLS.authority, "--ca", authority)
        for place in places {
            try await place.registry.push(place.path, tag: "v1", as: place.user, image: .printing(Self.line))
        }
        for place in places + [empty] { try await register(place) }
    }

    func register(_ place: Place, in namespace: String? = nil) async throws {
        let options = namespace.map { ["--namespace", $0] } ?? []
        let environment = try server.administratorEnvironment().merging(["HOME": folder.path]) { $1 }
        let arguments = ["repository", "register", "-u", place.user, "--password-stdin", place.name] + options
        _ = try await TestSupport.run(
            Binaries.dockerCloud, arguments, environment: environment, input: Self.passwords[place.user] ?? ""
        ).succeeded()
    }
}

import Domain
import NIOHTTP1
import Operations
import TestSupport
import Testing

/// A registry may block the address of a server that repeatedly sends a wrong password.
@Suite("Held logins at the gateway")
struct LoginHoldTests {
    private static let blob = "blobs/\(Sample.blobDigest)"
    private static let other = (user: "bob", password: "bob's")

    private static var tokenBehavior: TokenBehavior {
        var behavior = RegistryScene.tokenBehavior
        behavior.users[other.user] = other.password
        behavior.rights[other.user] = behavior.rights[Canary.username]
        return behavior
    }

    /// Two repositories of the canary and one of another user, which were pulled before.
    private static func run(_ scheme: RegistryScheme, _ body: (RegistryScene) async throws -> Void) async throws {
        try await RegistryScene.run(scheme, tokens: tokenBehavior) { scene in
            if scheme == .basic { scene.registry.change { $0.users[other.user] = other.password } }
            try await scene.fixture.register("team/source", Canary.username, Canary.password)
            try await scene.fixture.register("team/other", other.user, other.password)
            for path in RegistryScene.repositories { #expect(try await scene.fixture.send("GET", blob, of: path).status == 200) }
            try await body(scene)
        }
    }

    /// Changes the canary's password, and revokes the tokens that were issued for the old one.
    private static func changePassword(_ scene: RegistryScene, to password: String = "changed") {
        if let tokens = scene.tokens {
            tokens.change { $0.users[Canary.username] = password }
            tokens.revokeTokens()
        } else {
            scene.registry.change { $0.users[Canary.username] = password }
        }
    }

    /// The number of times that the old login was sent to the registry or its realm.
    private static func logins(_ scene: RegistryScene) -> Int {
        (scene.tokens?.server ?? scene.registry).authorizations.count { $0 == Canary.authorization }
    }

    private static func update(_ scene: RegistryScene, _ path: String = Fixture.image, to password: String = "changed") async throws {
        let backend = scene.fixture.backend
        _ = try await backend.backend.updateRepository(
            scene.fixture.repositoryName(path), with: CredentialInput(username: Secret(Canary.username), password: Secret(password)),
            newName: nil, in: nil, verify: .unspecified, by: backend.caller())
    }

    private static let calls = [
        ("GET", blob), ("GET", "manifests/v1"), ("HEAD", "manifests/v1"), ("GET", "tags/list"), ("HEAD", blob), ("POST", "blobs/uploads/"),
    ]

    @Test("A hundred requests after a password change send the old password at most twice", arguments: RegistryScheme.allCases)
    func hundred(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { scene in
            Self.changePassword(scene)
            let count = Self.logins(scene)
            for number in 0..<100 {
                let (method, resource) = Self.calls[number % Self.calls.count]
                let response = try await scene.fixture.send(method, resource)
                #expect(response.status == 403, "\(number): \(response.status) \(response.text)")
                if number >= 2 { #expect(response["Retry-After"].flatMap(Int.init) ?? 0 > 0, "\(number): \(response.fields)") }
                if method != "HEAD" { #expect(response.code == "DENIED", "\(response.text)") }
            }
            #expect(Self.logins(scene) - count <= 2)
        }
    }

    @Test("Simultaneous requests send a failed login at most once more", arguments: RegistryScheme.allCases)
    func simultaneous(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { scene in
            Self.changePassword(scene)
            #expect(try await scene.fixture.send("GET", Self.blob).status == 403)
            let count = Self.logins(scene)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 { group.addTask { try await scene.fixture.send("GET", Self.blob).status } }
                for try await status in group { #expect(status == 403) }
            }
            #expect(Self.logins(scene) - count <= 1)
        }
    }

    @Test("The next pull after an update of the credential succeeds", arguments: RegistryScheme.allCases)
    func updated(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { scene in
            Self.changePassword(scene)
            for _ in 1...5 { #expect(try await scene.fixture.send("GET", Self.blob).status == 403) }
            try await Self.update(scene)
            #expect(try await scene.fixture.send("GET", Self.blob).status == 200)
            #expect(try await scene.fixture.push() == [202, 202, 201])
            #expect(try await scene.fixture.send("GET", Self.blob, of: "team/source").status == 403)
            try await Self.update(scene, "team/source")
            #expect(try await scene.fixture.send("GET", Self.blob, of: "team/source").status == 200)
        }
    }

    @Test("An update to another wrong password is refused again", arguments: RegistryScheme.allCases)
    func updatedWrongly(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { scene in
            Self.changePassword(scene)
            #expect(try await scene.fixture.send("GET", Self.blob).status == 403)
            try await Self.update(scene, to: "wrong")
            let count = (scene.tokens?.server ?? scene.registry).authorizations.count
            for _ in 1...20 { #expect(try await scene.fixture.send("GET", Self.blob).status == 403) }
            #expect((scene.tokens?.server ?? scene.registry).authorizations.count - count <= 2)
            try await Self.update(scene)
            #expect(try await scene.fixture.send("GET", Self.blob).status == 200)
        }
    }

    @Test("Two repositories with the same login share the hold", arguments: RegistryScheme.allCases)
    func shared(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { (scene: RegistryScene) async throws in
            Self.changePassword(scene)
            let count = Self.logins(scene)
            for number in 0..<40 {
                let path = number % 2 == 0 ? Fixture.image : "team/source"
                #expect(try await scene.fixture.send("GET", Self.blob, of: path).status == 403, "\(number)")
            }
            #expect(Self.logins(scene) - count <= 2)
        }
    }

    /// The number of requests to the registry and its realm for one pull of the other user's repository.
    private static func cost(_ scene: RegistryScene) async throws -> Int {
        let count = scene.registry.requests.count + (scene.tokens?.server.requests.count ?? 0)
        #expect(try await scene.fixture.send("GET", blob, of: "team/other").status == 200)
        return scene.registry.requests.count + (scene.tokens?.server.requests.count ?? 0) - count
    }

    @Test("Another login at the same registry is not affected", arguments: RegistryScheme.allCases)
    func otherLogin(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { scene in
            let before = try await Self.cost(scene)
            Self.changePassword(scene)
            // The tokens of all users were revoked.
            if scheme == .tokens { _ = try await Self.cost(scene) }
            for _ in 1...10 {
                #expect(try await scene.fixture.send("GET", Self.blob).status == 403)
                #expect(try await Self.cost(scene) == before)
            }
        }
    }

    @Test("A refusal for one repository does not hold the login", arguments: RegistryScheme.allCases)
    func forbidden(_ scheme: RegistryScheme) async throws {
        try await Self.run(scheme) { (scene: RegistryScene) async throws in
            let path = "/v2/team/source/\(Self.blob)"
            scene.respond("GET", path) { _ in .error(403, "DENIED", "no") }
            for _ in 1...5 { #expect(try await scene.fixture.send("GET", Self.blob, of: "team/source").status == 403) }
            #expect(try await scene.fixture.send("GET", Self.blob).status == 200)
            scene.respond("GET", path) { _ in .answer(status: 200, body: Sample.blob) }
            #expect(try await scene.fixture.send("GET", Self.blob, of: "team/source").status == 200)
        }
    }
}

import Domain
import Naming
import Operations
import RegistryClient
import TestSupport
import TestValues
import Testing

/// A credential is used only for exactly its repository. Credential stores that match prefixes, or only hosts, have leaked credentials of
/// other repositories.
@Suite("Credentials are bound to exact repository names")
struct ExactRepositoryTests {
    private static let hosts = [
        "", "docker.io/", "index.docker.io/", "registry-1.docker.io/", "registry.example/", "REGISTRY.example/", "registry.example:443/",
        "registry.example:5000/", "registry.example:500/", "registry.example.org/", "my-registry.example/", "localhost/", "localhost:5000/",
        "127.0.0.1:5000/",
    ]
    private static let paths = [
        "a", "b", "ab", "library/a", "library/b", "a/b", "a/bc", "a/b/c", "a/b-c", "a/b.c", "a/b_c", "aa/b", "a/a/b", "registry.example/a",
    ]

    @Test(
        "A reference to one of many related names uses the credential of exactly that repository, or none",
        arguments: [1, 2, 3] as [UInt64])
    func property(seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        let backend = try await TestBackend()
        let keys = ["team": try await backend.makeAccount("team"), "others": try await backend.makeAccount("others")]
        var stored: [String: String] = [:]
        for _ in 0..<100 {
            let (owner, reference) = try Self.draw(from: keys, using: &generator)
            let place = try "\(owner.name) \(RepositoryName(parsing: reference))"
            guard stored[place] == nil else { continue }
            stored[place] = "canary-\(stored.count)"
            try await backend.register(reference, "user", stored[place], verify: .no, by: owner.key)
        }
        // The refusal changes nothing, so all references use the same store.
        backend.verifier.answer { _ in .refusal }
        for _ in 0..<400 {
            let (owner, reference) = try Self.draw(from: keys, using: &generator)
            let name = try RepositoryName(parsing: reference)
            let expected = stored["\(owner.name) \(name)"]
            let asked = backend.verifier.requests.count
            await expectFault(expected == nil ? 404 : 400, "\(owner.name) \(reference)") {
                try await backend.update(reference, "probe", nil, by: owner.key)
            }
            let questions = backend.verifier.requests.dropFirst(asked)
            #expect(questions.map(\.credential?.password) == (expected.map { [Secret($0)] } ?? []), "\(owner.name) \(reference)")
            #expect(questions.allSatisfy { $0.name == name }, "\(owner.name) \(reference)")
        }
    }

    @Test("The random references include stored and unknown repositories")
    func coverage() throws {
        var generator = SeededGenerator(seed: 1)
        let names = try Set((0..<400).map { _ in try RepositoryName(parsing: Self.reference(using: &generator)) })
        #expect((100..<300).contains(names.count), "\(names.count)")
    }

    private static func draw(
        from keys: [String: APIKeySecret], using generator: inout SeededGenerator
    ) throws -> (owner: (name: String, key: APIKeySecret), reference: String) {
        let name = try #require(keys.keys.sorted().randomElement(using: &generator))
        return ((name, try #require(keys[name])), try reference(using: &generator))
    }

    private static func reference(using generator: inout SeededGenerator) throws -> String {
        try #require(hosts.randomElement(using: &generator)) + #require(paths.randomElement(using: &generator))
    }
}

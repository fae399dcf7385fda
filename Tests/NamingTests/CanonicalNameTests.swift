import Naming
import Testing

@Suite("Canonical repository names")
struct CanonicalNameTests {
    @Test(
        "Each spelling of a repository has one canonical name",
        arguments: [
            ("ubuntu", "docker.io/library/ubuntu"),
            ("library/ubuntu", "docker.io/library/ubuntu"),
            ("user/image", "docker.io/user/image"),
            ("a/b/c", "docker.io/a/b/c"),
            ("docker.io/ubuntu", "docker.io/library/ubuntu"),
            ("docker.io/a/b/c", "docker.io/a/b/c"),
            ("Docker.IO/ubuntu", "docker.io/library/ubuntu"),
            ("index.docker.io/ubuntu", "docker.io/library/ubuntu"),
            ("index.docker.io/library/ubuntu", "docker.io/library/ubuntu"),
            ("registry-1.docker.io/ubuntu", "docker.io/library/ubuntu"),
            ("registry-1.docker.io/a/b", "docker.io/a/b"),
            ("docker.io:443/ubuntu", "docker.io:443/ubuntu"),
            ("auth.docker.io/ubuntu", "auth.docker.io/ubuntu"),
            ("library/library", "docker.io/library/library"),
            ("docker.io/localhost/x", "docker.io/localhost/x"),
            ("docker.io/registry.example/x", "docker.io/registry.example/x"),
            ("localhost/x", "localhost/x"),
            ("LOCALHOST/x", "localhost/x"),
            ("LOCALHOST:5000/x", "localhost:5000/x"),
            ("registry:5000/x", "registry:5000/x"),
            ("registry/x", "docker.io/registry/x"),
            ("Registry.Local/user1/image1", "registry.local/user1/image1"),
            ("registry.local/user1/image1", "registry.local/user1/image1"),
            ("registry.local:443/x", "registry.local:443/x"),
            ("registry.local:80/x", "registry.local:80/x"),
            ("registry.local:1/x", "registry.local:1/x"),
            ("registry.local:65535/x", "registry.local:65535/x"),
            ("127.0.0.1:5000/x", "127.0.0.1:5000/x"),
            ("1.2.3.4/x", "1.2.3.4/x"),
            ("255.255.255.255/x", "255.255.255.255/x"),
            ("1.example/x", "1.example/x"),
            ("0x7f.example/x", "0x7f.example/x"),
            ("xn--bcher-kva.example/x", "xn--bcher-kva.example/x"),
            ("a--b.example/x", "a--b.example/x"),
            ("registry.example/a.b_c__d---e", "registry.example/a.b_c__d---e"),
            ("registry.example/0", "registry.example/0"),
            ("registry.example/manifests/blobs/tags", "registry.example/manifests/blobs/tags"),
        ])
    func canonical(_ text: String, _ expected: String) throws {
        let name = try RepositoryName(parsing: text)
        #expect(name.description == expected)
        #expect(try RepositoryName(parsing: expected) == name)
    }

    @Test("A repository name is split into registry and path")
    func parts() throws {
        let name = try RepositoryName(parsing: "Registry.Local:5000/user1/image1")
        #expect(name.authority.host == "registry.local")
        #expect(name.authority.port == 5000)
        #expect(name.path == "user1/image1")
    }

    @Test("Spellings of one repository are equal and have the same hash")
    func equality() throws {
        let spellings = ["ubuntu", "docker.io/ubuntu", "index.docker.io/library/ubuntu", "registry-1.docker.io/ubuntu", "library/ubuntu"]
        #expect(try Set(spellings.map { try RepositoryName(parsing: $0) }).count == 1)
    }

    @Test("An explicit port is part of a repository name, including 443")
    func portsAreDistinct() throws {
        let names = ["registry.local/x", "registry.local:443/x", "registry.local:80/x", "registry.local:5000/x"]
        #expect(try Set(names.map { try RepositoryName(parsing: $0) }).count == names.count)
    }

    @Test("Repository names are sorted by text")
    func order() throws {
        let texts = ["docker.io/library/a", "docker.io/library/b", "localhost/a", "registry.example/a", "registry.example:443/a"]
        let names = try texts.map { try RepositoryName(parsing: $0) }
        #expect(names.reversed().sorted().map(\.description) == texts.sorted())
    }

    @Test("A substring is parsed like a string")
    func substring() throws {
        let line = "pull registry.example/image now"
        let word = try #require(line.split(separator: " ").dropFirst().first)
        #expect(try RepositoryName(parsing: word).description == "registry.example/image")
    }
}

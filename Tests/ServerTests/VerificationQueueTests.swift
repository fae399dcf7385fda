import Domain
import FoundationEssentials
import Naming
import Testing

@testable import Server

@Suite("Order of background verifications")
struct VerificationQueueTests {
    private var queue = VerificationQueue(places: 3, placesPerRegistry: 2)

    private func repository(_ text: String) throws -> Repository { try repository(text, silences: 0) }

    private func repository(_ text: String, silences: Int) throws -> Repository {
        let now = Date(timeIntervalSince1970: 0)
        return Repository(
            id: UUID(), namespace: try NamespaceName(parsing: "admin"), name: try RepositoryName(parsing: text), credential: nil,
            verification: Verification(state: .verified, silences: silences), created: now, modified: now)
    }

    /// Records that registries responded to a first check.
    private mutating func respond(_ registries: String...) throws {
        for registry in registries {
            let repository = try repository("\(registry).example/first")
            queue.refill(with: [repository])
            _ = begun()
            queue.end(repository)
        }
    }

    private mutating func begun() -> [String] {
        var names: [String] = []
        while let repository = queue.begin() { names.append("\(repository.name)") }
        return names
    }

    @Test("Repositories are verified in due order, except those whose registry has no free slot")
    mutating func order() throws {
        try respond("a", "b")
        queue.refill(with: try ["a.example/1", "a.example/2", "a.example/3", "b.example/1", "b.example/2"].map(repository))
        let names = begun()
        #expect(names == ["a.example/1", "a.example/2", "b.example/1"])
    }

    @Test("Waiting repositories of a registry that a query leaves out remain, also while it has no free slot")
    mutating func supplied() throws {
        try respond("a")
        queue.refill(with: try ["a.example/1", "a.example/2", "a.example/3", "a.example/4", "b.example/1"].map(repository))
        let first = begun()
        #expect(first == ["a.example/1", "a.example/2", "b.example/1"])
        let a = try RegistryAuthority(parsing: "a.example")
        #expect(queue.registries(withWaiting: 2) == [a] && queue.registries(withWaiting: 3).isEmpty)
        queue.refill(with: try [repository("c.example/1")], except: [a])
        queue.end(try repository("none.example/1"))
        #expect(queue.registries(withWaiting: 1) == [a, try RegistryAuthority(parsing: "c.example")])
        queue.refill(with: [])
        #expect(queue.registries(withWaiting: 1).isEmpty)
    }

    @Test("Repositories that were never verified count as possibly unresponsive, unless their registry has responded since")
    mutating func unverified() throws {
        queue = VerificationQueue(places: 4, placesPerRegistry: 3)
        try respond("live")
        let new = try ["a", "b", "c", "live", "live"].map { host in
            var new = try repository("\(host).example/new-\(UUID().uuidString.lowercased())")
            new.verification.state = .unverified
            return new
        }
        queue.refill(with: new)
        let hosts = begun().map { $0.prefix { $0 != "/" } }
        #expect(hosts == ["a.example", "b.example", "live.example", "live.example"])
        queue = VerificationQueue(places: 4, placesPerRegistry: 3, placesOfSilent: 4)
        queue.refill(with: new)
        let all = begun()
        #expect(all.count == 4, "the limit can be lifted")
    }

    @Test("A freed slot is taken by the first eligible repository")
    mutating func places() throws {
        try respond("a")
        let repositories = try ["a.example/1", "a.example/2", "a.example/3", "b.example/1", "c.example/1"].map(repository)
        queue.refill(with: repositories)
        _ = begun()
        queue.end(repositories[3])
        let fromAnother = begun()
        #expect(fromAnother == ["c.example/1"])
        queue.end(repositories[0])
        let fromTheSame = begun()
        #expect(fromTheSame == ["a.example/3"])
    }

    @Test("A repository in progress is not started again, and one that is no longer due is not started")
    mutating func refill() throws {
        let repositories = try ["a.example/1", "a.example/2", "a.example/3", "b.example/1"].map(repository)
        queue.refill(with: Array(repositories.prefix(3)))
        _ = begun()
        queue.refill(with: [repositories[0], repositories[3]])
        let first = begun()
        #expect(first == ["b.example/1"])
        for repository in repositories { queue.end(repository) }
        let rest = begun()
        #expect(rest.isEmpty)
    }

    @Test("Registries whose last check got no response have one slot each and half of all slots together")
    mutating func silent() throws {
        queue = VerificationQueue(places: 4, placesPerRegistry: 3)
        try respond("live")
        let silent = try ["a.example/1", "a.example/2", "b.example/1", "c.example/1"].map { try repository($0, silences: 1) }
        queue.refill(with: silent + (try ["live.example/1", "live.example/2", "live.example/3"].map(repository)))
        let names = begun()
        #expect(names == ["a.example/1", "b.example/1", "live.example/1", "live.example/2"])
        queue.end(silent[0])
        let next = begun()
        #expect(next == ["a.example/2"])
    }

    @Test("A registry without a response so far has one slot; if its check gets no response, its waiting repositories are dropped")
    mutating func unknown() throws {
        queue = VerificationQueue(places: 9, placesPerRegistry: 2)
        let repositories = try ["a.example/1", "b.example/1", "a.example/2", "b.example/2", "b.example/3"].map(repository)
        queue.refill(with: repositories)
        let first = begun()
        #expect(first == ["a.example/1", "b.example/1"])
        queue.end(repositories[0], responded: false)
        queue.end(repositories[1])
        let next = begun()
        #expect(next == ["b.example/2", "b.example/3"])
    }
}

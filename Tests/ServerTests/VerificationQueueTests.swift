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
        queue.end(repositories[0], .silent)
        queue.end(repositories[1])
        let next = begun()
        #expect(next == ["b.example/2", "b.example/3"])
    }

    @Test("If all places are taken, the oldest late check of a registry that responded before leaves its place, one at a time")
    mutating func late() throws {
        let start = ContinuousClock.now
        let repositories = try ["a.example/1", "b.example/1", "c.example/1", "live.example/1", "live.example/2"].map(repository)
        queue.refill(with: repositories)
        for second in 0..<3 { _ = queue.begin(at: start + .seconds(second) / 10) }
        let released = [999, 1000, 9000].map { queue.release(at: start + .milliseconds($0)) }
        #expect(released == [nil, repositories[0], nil], "first none is late, and last one is still ending")
        #expect(queue.slow.map(\.host) == ["a.example"])
        let early = begun()
        queue.end(repositories[0], .none)
        let names = begun()
        #expect(early.isEmpty && names == ["live.example/1"])
    }

    @Test("Checks that may get no response, and those that no other repository waits for, keep their places")
    mutating func patient() throws {
        let start = ContinuousClock.now
        queue = VerificationQueue(places: 2, placesPerRegistry: 2)
        queue.refill(with: try [repository("dead.example/1", silences: 1), repository("a.example/1"), repository("a.example/2")])
        let first = begun()
        #expect(first == ["dead.example/1", "a.example/1"])
        let late = start + .seconds(60)
        var released = [queue.release(at: late)]
        queue.refill(with: try [repository("b.example/1", silences: 1)])
        released.append(queue.release(at: late))
        queue.refill(with: try [repository("b.example/1")])
        released.append(queue.release(at: late))
        #expect(released.map { $0?.name.description } == [nil, nil, "a.example/1"])
    }

    @Test("A repository that left its place is verified again in a place of those without response; others of its registry wait")
    mutating func returned() throws {
        queue = VerificationQueue(places: 2, placesPerRegistry: 2)
        let late = ContinuousClock.now + .seconds(60)
        let repositories = try ["a.example/1", "b.example/1", "a.example/2", "c.example/1", "d.example/1"].map(repository)
        queue.refill(with: repositories)
        var names = [begun()]
        for repository in repositories.prefix(2) {
            let released = queue.release(at: late)
            #expect(released == repository)
            queue.end(repository, .none)
            names.append(begun())
        }
        #expect(names == [["a.example/1", "b.example/1"], ["c.example/1"], ["d.example/1"]])
        #expect(queue.slow.map(\.host).sorted() == ["a.example", "b.example"])
        names = []
        for (repository, result) in [(3, CheckResult.responded), (4, .responded), (0, .silent), (1, .responded)] {
            queue.end(repositories[repository], result)
            names.append(begun())
        }
        #expect(names == [["a.example/1"], [], ["b.example/1"], []])
        #expect(queue.slow.isEmpty)
    }

    @Test("A late check that gets its response nevertheless makes its registry responsive again")
    mutating func justInTime() throws {
        let repositories = try ["a.example/1", "b.example/1", "c.example/1", "d.example/1", "a.example/2"].map(repository)
        queue.refill(with: repositories)
        _ = begun()
        let released = queue.release(at: .now + .seconds(60))
        #expect(released == repositories[0] && queue.slow.count == 1)
        queue.end(repositories[0], .responded)
        let names = begun()
        #expect(queue.slow.isEmpty && names == ["d.example/1"])
    }
}

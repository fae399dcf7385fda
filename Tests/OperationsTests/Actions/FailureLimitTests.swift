import Domain
import FoundationEssentials
import Naming
import TestSupport
import Testing

@testable import Operations

@Suite("The limit of failed attempts")
struct FailureLimitTests {
    private static func action(
        _ namespace: String = "acme", _ kind: Action.Kind = .repositoryPull, of user: String = "carol", from address: String = "192.0.2.1",
        _ reference: String? = nil
    ) throws -> Action {
        Action(
            id: UUID(), namespace: try NamespaceName(parsing: namespace), kind: kind,
            object: .repository(try RepositoryName(parsing: "registry.example/a")), reference: reference, state: .failed, status: 403,
            started: Date(timeIntervalSince1970: 1), ended: Date(timeIntervalSince1970: 1),
            origin: Action.Origin(user: user, keyID: "k", address: address, method: "GET", path: "/", userAgent: ""))
    }

    private let limit = FailureLimit(limit: 2, length: .seconds(180)) { UUID() }
    private let clock = ManualClock()
    private var now: ContinuousClock.Instant { clock.clock.instant() }

    @Test("Attempts beyond the limit are counted for each namespace and kind")
    func subjects() throws {
        let own = try Self.action("carol")
        #expect(limit.admit(own.origin, at: now) && limit.admit(own.origin, at: now) && !limit.admit(own.origin, at: now))
        #expect(limit.isReached(by: own.origin, at: now))
        let leftOut = try [
            own, Self.action("acme", .repositoryDelete), Self.action("acme", .repositoryPush), Self.action("acme", .repositoryPush),
        ]
        let texts = { (summaries: [Action]) in summaries.map { "\($0.namespace) \($0.kind.rawValue) \($0.attempts)" } }
        let new = leftOut.compactMap { limit.leaveOut($0, at: now) }
        #expect(texts(new) == ["carol Repository Pull 1", "acme Repository Delete 1", "acme Repository Push 1"])
        #expect(texts(limit.takeChanges(at: now)) == ["acme Repository Push 2"])
    }

    @Test("Accounts and hosts have limits of their own, and an IPv6 host has all addresses of its network")
    func sources() throws {
        let origins = try ["192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"].map { try Self.action(from: $0).origin }
        for origin in origins.prefix(3) { for _ in 1...2 { #expect(limit.admit(origin, at: now)) } }
        #expect(!limit.admit(origins[3], at: now))
        #expect(limit.admit(try Self.action(of: "dave").origin, at: now))
    }

    @Test("A summary keeps its identifier while its number grows, and is returned only after a change")
    func growth() throws {
        let (first, last) = (try Self.action("acme", .repositoryPull, "v1"), try Self.action("acme", .repositoryPull, "v2"))
        let summary = try #require(limit.leaveOut(first, at: now))
        #expect(limit.takeChanges(at: now).isEmpty)
        #expect(limit.leaveOut(last, count: 5, at: now) == nil)
        let grown = try #require(limit.takeChanges(at: now).first)
        #expect(grown.id == summary.id && summary.attempts == 1 && grown.attempts == 6 && grown.reference == "v2")
    }

    @Test("After 180 seconds the limit and the summary begin again, and no number is lost")
    func window() throws {
        let action = try Self.action()
        for _ in 1...2 { _ = limit.admit(action.origin, at: now) }
        let first = try #require(limit.leaveOut(action, at: now))
        #expect(limit.leaveOut(action, at: now) == nil)
        clock.advance(by: 180)
        #expect(!limit.isReached(by: action.origin, at: now))
        #expect(limit.admit(action.origin, at: now))
        let second = try #require(limit.leaveOut(action, at: now))
        let changes = limit.takeChanges(at: now)
        #expect(changes.map(\.attempts) == [2] && changes.map(\.id) == [first.id] && second.id != first.id)
    }
}

@Suite("Held failures")
struct HeldFailuresTests {
    private static func action(_ kind: Action.Kind, _ name: String = "a") throws -> Action {
        Action(
            id: UUID(), namespace: try NamespaceName(parsing: "acme"), kind: kind,
            object: .repository(try RepositoryName(parsing: "registry.example/\(name)")), state: .failed, started: Date(), ended: Date(),
            origin: Action.Origin(user: "carol", keyID: "k", address: "192.0.2.1", method: "GET", path: "/", userAgent: ""))
    }

    private let held = HeldFailures()
    private let clock = ManualClock()
    private var now: ContinuousClock.Instant { clock.clock.instant() }

    @Test("A held action covers attempts of its kind, and deletions of its repository only")
    func covers() throws {
        #expect(held.cover(try Self.action(.repositoryCreate)) == nil)
        for kind in [Action.Kind.repositoryCreate, .repositoryContentsDelete] { #expect(held.hold(try Self.action(kind), at: now)) }
        #expect(!held.hold(try Self.action(.repositoryCreate, "b"), at: now))
        #expect(held.cover(try Self.action(.repositoryCreate, "b")) != nil)
        #expect(held.cover(try Self.action(.repositoryUpdate)) == nil)
        #expect(held.cover(try Self.action(.repositoryContentsDelete)) != nil)
        #expect(held.cover(try Self.action(.repositoryContentsDelete, "b")) == nil)
    }

    @Test("A held action ends after five minutes, but not while it covers an attempt, unless the server stops")
    func release() throws {
        #expect(held.hold(try Self.action(.repositoryCreate), at: now))
        clock.advance(by: 299)
        #expect(held.takeReleased(at: now, all: false).isEmpty)
        var cover = held.cover(try Self.action(.repositoryCreate))
        clock.advance(by: 1)
        #expect(cover != nil && held.takeReleased(at: now, all: false).isEmpty)
        cover = nil
        #expect(cover == nil && held.takeReleased(at: now, all: false).count == 1 && held.takeReleased(at: now, all: true).isEmpty)
    }
}

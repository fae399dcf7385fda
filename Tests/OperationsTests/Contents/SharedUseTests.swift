import Domain
import FoundationEssentials
import Naming
import Testing

@testable import Operations

@Suite("The shared action of a pull or push")
struct SharedUseTests {
    private static let date = Date(timeIntervalSince1970: 1_700_000_000)

    private static func action(_ reference: String?, _ state: Action.State, _ reason: String? = nil) throws -> Action {
        Action(
            id: UUID(), namespace: try NamespaceName(parsing: "acme"), kind: .repositoryPull,
            object: .repository(try RepositoryName(parsing: "registry.example/a")), reference: reference, state: state, reason: reason,
            started: date, ended: date,
            origin: Action.Origin(
                user: "carol", keyID: "k", address: "192.0.2.1", method: "GET", path: "/\(reference ?? "")", userAgent: ""))
    }

    /// A session whose requests have their numbers as references; the first one has started it.
    private struct Scene {
        var shared: SharedUse
        var isAdmitting = true
        /// The changes so far, such as `outcome Success 1`.
        var changes: [String] = []

        init(_ use: ContentUse, requests: Int = 1) throws {
            shared = SharedUse(try SharedUseTests.action("1", .inProgress), for: use)
            for _ in 1..<requests { shared.join() }
        }

        mutating func end(_ number: Int, _ outcome: UseOutcome) throws {
            let request = try SharedUseTests.action("\(number)", outcome.state, outcome.reason)
            note(shared.end(isFirst: number == 1, outcome, as: { request }, admits: { [isAdmitting] _ in isAdmitting }))
        }

        mutating func fail(_ number: Int) throws { try end(number, UseOutcome(failure: "no", status: 404)) }
        mutating func succeed(_ number: Int) throws { try end(number, UseOutcome()) }
        mutating func store(_ number: Int, manifest: Bool) throws {
            try end(number, UseOutcome(storing: manifest ? "\(number)" : nil, isContentStored: true))
        }
        mutating func expire(isLast: Bool = false) { note(shared.expire(at: SharedUseTests.date, isLast: isLast)) }

        private mutating func note(_ changes: [TrailChange]) {
            self.changes += changes.map { change in
                switch change {
                case .outcome(let action): "outcome \(action.state.rawValue) \(action.reference ?? "-")"
                case .action(let action): "action \(action.state.rawValue) \(action.reference ?? "-")"
                case .leftOut(let action): "left out \(action.reference ?? "-")"
                case .reference(let action): "reference \(action.state.rawValue) \(action.reference ?? "-")"
                }
            }
        }
    }

    @Test("A pull succeeds with its first request, and later successes add nothing")
    func success() throws {
        var scene = try Scene(.pull, requests: 3)
        try scene.succeed(1)
        try scene.succeed(2)
        try scene.fail(3)
        #expect(scene.changes == ["outcome Success 1", "action Failed 3"] && scene.shared.isOpen)
    }

    @Test(
        "The success of a request is recorded, in whichever order the requests of a pull end",
        arguments: [[1, 2, 3], [2, 1, 3], [2, 3, 1]])
    func hidden(_ order: [Int]) throws {
        var scene = try Scene(.pull, requests: 3)
        for number in order { if number == 2 { try scene.succeed(number) } else { try scene.fail(number) } }
        #expect(Set(scene.changes) == ["outcome Success 2", "action Failed 1", "action Failed 3"] && scene.changes.count == 3)
    }

    @Test("The outcome of a pull waits for the request that started it, and has its reference if that succeeds")
    func waiting() throws {
        var scene = try Scene(.pull, requests: 2)
        try scene.succeed(2)
        #expect(scene.changes.isEmpty)
        try scene.succeed(1)
        #expect(scene.changes == ["outcome Success 1"])
    }

    @Test("The action shows the request that decided its outcome")
    func origin() throws {
        var shared = SharedUse(try Self.action("1", .inProgress), for: .pull)
        shared.join()
        let (failed, succeeded) = (try Self.action("1", .failed), try Self.action("2", .success))
        _ = shared.end(isFirst: true, UseOutcome(failure: "no", status: 404), as: { failed }, admits: { _ in true })
        guard case .outcome(let action) = shared.end(isFirst: false, UseOutcome(), as: { succeeded }, admits: { _ in true }).first else {
            Issue.record("no outcome")
            return
        }
        #expect(action.origin.path == "/2" && action.reference == "2")
    }

    @Test(
        "A pull fails with its last request if nothing succeeded, and the next request begins another", arguments: [[1], [1, 2], [2, 1]])
    func failure(_ order: [Int]) throws {
        var scene = try Scene(.pull, requests: order.count)
        for number in order { try scene.fail(number) }
        #expect(scene.changes == order.dropLast().map { "action Failed \($0)" } + order.suffix(1).map { "outcome Failed \($0)" })
        #expect(!scene.shared.isOpen)
    }

    @Test("Beyond the limit, a failed pull stays in progress and covers further requests; each failure is counted once")
    func held() throws {
        var scene = try Scene(.pull)
        scene.isAdmitting = false
        try scene.fail(1)
        for number in 2...4 {
            scene.shared.join()
            try scene.fail(number)
        }
        #expect(scene.changes == ["left out 2", "left out 3", "left out 4"] && scene.shared.isOpen && scene.shared.action != nil)
        scene.expire()
        #expect(scene.changes.last == "outcome Failed 1" && scene.changes.count == 4)
    }

    @Test("Beyond the limit, the first success is recorded with its reference")
    func heldSuccess() throws {
        var scene = try Scene(.pull)
        scene.isAdmitting = false
        try scene.fail(1)
        scene.shared.join()
        try scene.succeed(2)
        #expect(scene.changes == ["outcome Success 2", "left out 1"])
    }

    @Test("A push succeeds with its manifest, and a second manifest is an action of its own")
    func push() throws {
        var scene = try Scene(.push, requests: 3)
        try scene.store(1, manifest: false)
        try scene.store(2, manifest: true)
        #expect(scene.changes == ["outcome Success 2"] && !scene.shared.isOpen)
        try scene.store(3, manifest: true)
        #expect(scene.changes == ["outcome Success 2", "action Success 3"])
    }

    @Test("A failed request of a push hides no blob that was stored", arguments: [[1, 2], [2, 1]])
    func pushedBlob(_ order: [Int]) throws {
        var scene = try Scene(.push, requests: 2)
        for number in order { if number == 1 { try scene.store(1, manifest: false) } else { try scene.fail(2) } }
        #expect(scene.changes == ["action Failed 2"] && scene.shared.isOpen)
        scene.expire()
        #expect(scene.changes.last == "outcome Success -" || scene.changes.last == "outcome Success 1")
    }

    @Test("A push does not end while one of its requests is in progress; when the server stops, its outcome is unknown")
    func pending() throws {
        var scene = try Scene(.push, requests: 2)
        try scene.store(1, manifest: false)
        scene.expire()
        #expect(scene.changes.isEmpty)
        scene.expire(isLast: true)
        #expect(scene.changes == ["outcome Unknown 1"])
    }

    @Test("After a request whose outcome is unknown, so is that of the push, also beyond the limit", arguments: [true, false])
    func unknown(_ isAdmitting: Bool) throws {
        var scene = try Scene(.push, requests: 3)
        scene.isAdmitting = isAdmitting
        try scene.store(1, manifest: false)
        try scene.end(2, UseOutcome(unknown: "no response"))
        #expect(scene.changes == ["outcome Unknown 2"] && !scene.shared.isOpen)
        try scene.end(3, UseOutcome(unknown: "no response"))
        #expect(scene.changes == ["outcome Unknown 2", "action Unknown 3"])
    }

    @Test("A pull that succeeded without a reference gets that of the next successful request with one")
    func laterReference() throws {
        var shared = SharedUse(try Self.action(nil, .inProgress), for: .pull)
        var changes: [TrailChange] = []
        for (number, reference) in [nil, nil, "none", "v1", "v2"].enumerated() {
            if number > 0 { shared.join() }
            let isFailure = reference == "none"
            let request = try Self.action(reference, isFailure ? .failed : .success)
            let outcome = isFailure ? UseOutcome(failure: "no", status: 404) : UseOutcome()
            changes += shared.end(isFirst: number == 0, outcome, as: { request }, admits: { _ in true })
        }
        guard changes.count == 3, case .outcome(let pull) = changes[0], case .action = changes[1], case .reference(let named) = changes[2]
        else {
            Issue.record("\(changes)")
            return
        }
        #expect(pull.reference == nil && named.reference == "v1" && named.origin.path == "/v1" && named.id == pull.id)
        #expect(pull.state == .success && named.state == .success)
    }

    @Test("A push that stored nothing has failed")
    func nothing() throws {
        var scene = try Scene(.push)
        try scene.succeed(1)
        scene.expire()
        #expect(scene.changes == ["outcome Failed 1"])
    }
}

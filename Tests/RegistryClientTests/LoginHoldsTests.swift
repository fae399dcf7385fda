import NIOCore
import Naming
import Testing

@testable import RegistryClient

@Suite("Holds of refused logins")
struct LoginHoldsTests {
    /// Holds with a manual clock, and the login that most tests use.
    private struct Scene {
        let time = StoppedTime()
        let holds: LoginHolds
        let key: LoginHolds.Key

        init() throws {
            holds = LoginHolds { [time] in time.now }
            key = try LoginHoldsTests.key(1)
        }

        /// Sends a login, if it is not held; the response arrives a moment later.
        ///
        /// - Returns: the hold that the response started or extended.
        @discardableResult
        func send(
            _ key: LoginHolds.Key? = nil, for use: LoginUse = use(), because cause: LoginCause = .use, accepted: Bool?
        ) throws -> LoginRefusal? {
            let key = key ?? self.key
            let (isProbe, sent) = (try holds.begin(key, for: use, because: cause), time.now)
            time.advance(by: .milliseconds(1))
            return holds.end(key, for: use, accepted: accepted, sent: sent, isProbe: isProbe)?.refusal
        }

        /// The refusal of a held login; nil for a login that may be sent.
        func hold(_ key: LoginHolds.Key? = nil, for use: LoginUse = use(), because cause: LoginCause = .use) -> LoginRefusal? {
            let key = key ?? self.key
            do throws(LoginRefusal) {
                try holds.check(key, for: use, because: cause)
                let isProbe = try holds.begin(key, for: use, because: cause)
                holds.end(key, for: use, accepted: nil, sent: time.now, isProbe: isProbe)
                return nil
            } catch {
                return error
            }
        }
    }

    private static func use(_ purpose: LoginUse.Purpose = .pull, of path: String = "team/image") -> LoginUse {
        LoginUse(purpose, of: .sample(path))
    }

    private static func key(_ fingerprint: Int, at registry: String = "registry.example") throws -> LoginHolds.Key {
        LoginHolds.Key(registry: try RegistryAuthority(parsing: registry), fingerprint: fingerprint)
    }

    @Test("A login that was never refused is not held after any other response", arguments: [true, nil])
    func unheld(_ accepted: Bool?) throws {
        let scene = try Scene()
        for cause in [LoginCause.use, .request, .confirmation] {
            for _ in 0..<3 { #expect(try scene.send(because: cause, accepted: accepted) == nil) }
            #expect(scene.hold(because: cause) == nil)
            #expect(throws: Never.self) { try scene.holds.checkUnrefused(scene.key, for: Self.use(), because: cause) }
        }
    }

    @Test("A hold lasts 15 s, and twice as long after each further refusal, up to 10 minutes")
    func duration() throws {
        let scene = try Scene()
        for (number, wait) in [15, 30, 60, 120, 240, 480, 600, 600, 600, 600, 600, 600, 600, 600].enumerated() {
            let refusal = try scene.send(accepted: false)
            #expect(refusal?.retryAfter == wait && refusal?.isHeld == false, "refusal \(number + 1)")
            scene.time.advance(by: .seconds(Int64(wait)) - .milliseconds(1))
            #expect(scene.hold()?.retryAfter == 1, "refusal \(number + 1)")
            scene.time.advance(by: .milliseconds(1))
            #expect(scene.hold() == nil, "refusal \(number + 1)")
        }
    }

    @Test("The error for a held login contains the age of the refusal and the remaining time")
    func refusal() throws {
        let scene = try Scene()
        let first = try scene.send(accepted: false)
        #expect(
            first == LoginRefusal(reason: "refused this user name and password for this repository 0 s ago", retryAfter: 15))
        scene.time.advance(by: .milliseconds(4200))
        #expect(
            scene.hold()
                == LoginRefusal(reason: "refused this user name and password for this repository 4 s ago", retryAfter: 11, isHeld: true))
        scene.time.advance(by: .seconds(10))
        #expect(
            scene.hold()
                == LoginRefusal(reason: "refused this user name and password for this repository 14 s ago", retryAfter: 1, isHeld: true))
    }

    @Test("After the hold, one request at a time checks whether the login is still refused")
    func probe() throws {
        let scene = try Scene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(20))
        #expect(try scene.holds.begin(scene.key, for: Self.use(), because: .use))
        for cause in [LoginCause.use, .confirmation] {
            for _ in 0..<10 {
                let error = #expect(throws: LoginRefusal.self) { try scene.holds.begin(scene.key, for: Self.use(), because: cause) }
                #expect(error?.isHeld == true && error?.retryAfter == 1)
            }
        }
        // An inconclusive response permits the next probe, and does not end the hold.
        #expect(scene.holds.end(scene.key, for: Self.use(), accepted: nil, sent: scene.time.now, isProbe: true) == nil)
        let sent = scene.time.now
        #expect(try scene.holds.begin(scene.key, for: Self.use(), because: .use))
        scene.time.advance(by: .seconds(1))
        #expect(scene.holds.end(scene.key, for: Self.use(), accepted: false, sent: sent, isProbe: true)?.refusal.retryAfter == 30)
        #expect(scene.hold()?.retryAfter == 30)
    }

    @Test("The end of a request that is not a probe does not permit another probe")
    func unfinishedProbe() throws {
        let scene = try Scene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(20))
        #expect(try scene.holds.begin(scene.key, for: Self.use(), because: .use))
        scene.holds.end(scene.key, for: Self.use(), accepted: nil, sent: scene.time.now, isProbe: false)
        #expect(scene.hold() != nil)
    }

    @Test("A success ends the hold and resets its length")
    func success() throws {
        let scene = try Scene()
        for wait in [15, 30, 60] {
            try scene.send(accepted: false)
            scene.time.advance(by: .seconds(Int64(wait)))
        }
        #expect(try scene.send(accepted: true) == nil)
        for _ in 0..<3 { #expect(try !scene.holds.begin(scene.key, for: Self.use(), because: .use)) }
        #expect(try scene.send(accepted: false)?.retryAfter == 15)
    }

    @Test("A verification that a user requested ends the hold, and its refusal starts a new one")
    func request() throws {
        let scene = try Scene()
        for wait in [15, 30] {
            try scene.send(accepted: false)
            scene.time.advance(by: .seconds(Int64(wait)))
        }
        try scene.send(accepted: false)
        #expect(scene.hold()?.retryAfter == 60)
        #expect(try !scene.holds.begin(scene.key, for: Self.use(), because: .request))
        #expect(scene.hold() == nil)
        let refusal = try scene.send(because: .request, accepted: false)
        #expect(refusal?.retryAfter == 15 && refusal?.isConfirmed == false)
        #expect(scene.hold()?.retryAfter == 15)
    }

    @Test(
        "A confirmation is sent 4.5 s after the first refusal or later",
        arguments: [(0, false), (4498, false), (4499, false), (4500, true)])
    func confirmationInterval(_ milliseconds: Int64, _ isSent: Bool) throws {
        let scene = try Scene()
        try scene.send(accepted: false)
        scene.time.advance(by: .milliseconds(milliseconds))
        #expect((scene.hold(because: .confirmation) == nil) == isSent)
        #expect(scene.hold() != nil, "nothing else is sent")
    }

    @Test("A refused confirmation confirms the refusal, and no second one is sent")
    func confirmation() throws {
        let scene = try Scene()
        #expect(try scene.send(accepted: false)?.isConfirmed == false)
        scene.time.advance(by: .seconds(5))
        #expect(scene.hold()?.isConfirmed == false)
        let refusal = try scene.send(because: .confirmation, accepted: false)
        #expect(refusal?.isConfirmed == true && refusal?.isHeld == false && refusal?.retryAfter == 30)
        for seconds in [0, 5, 20] {
            scene.time.advance(by: .seconds(Int64(seconds)))
            #expect(scene.hold(because: .confirmation)?.isConfirmed == true)
        }
        scene.time.advance(by: .seconds(5))
        #expect(scene.hold() == nil)
    }

    @Test("A confirmation without a response can be repeated, and a successful one ends the hold")
    func unansweredConfirmation() throws {
        let scene = try Scene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(5))
        for _ in 0..<2 { #expect(try scene.send(because: .confirmation, accepted: nil) == nil) }
        #expect(scene.hold() != nil)
        #expect(try scene.send(because: .confirmation, accepted: true) == nil)
        #expect(scene.hold() == nil)
    }

    @Test("A second refusal after the hold confirms the first as well")
    func confirmedByUse() throws {
        let scene = try Scene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(15))
        #expect(try scene.send(accepted: false)?.isConfirmed == true)
        #expect(scene.hold()?.isConfirmed == true)
    }

    @Test("Requests sent before the last refusal count as at most two refusals, no matter how late they are refused")
    func simultaneous() throws {
        let scene = try Scene()
        let sent = scene.time.now
        for _ in 0..<50 { #expect(try !scene.holds.begin(scene.key, for: Self.use(), because: .use)) }
        scene.time.advance(by: .milliseconds(100))
        for number in 0..<50 {
            let outcome = scene.holds.end(scene.key, for: Self.use(), accepted: false, sent: sent, isProbe: false)
            #expect(outcome?.isFailure == (number == 0))
            #expect(outcome?.refusal.isConfirmed == false && outcome?.refusal.retryAfter == (number == 0 ? 15 : 30) - number / 5)
            scene.time.advance(by: .milliseconds(200))
        }
        scene.time.advance(by: .seconds(20) - .milliseconds(1))
        #expect(scene.hold()?.isConfirmed == false)
        scene.time.advance(by: .milliseconds(1))
        #expect(try scene.send(accepted: false)?.retryAfter == 60)
    }

    @Test("A waiting request is not sent after another was refused, unless a user requested it")
    func check() throws {
        let scene = try Scene()
        try scene.send(accepted: false)
        for cause in [LoginCause.use, .confirmation] {
            let error = #expect(throws: LoginRefusal.self) { try scene.holds.checkUnrefused(scene.key, for: Self.use(), because: cause) }
            #expect(error?.isHeld == true && error?.retryAfter == 15)
        }
        #expect(throws: Never.self) { try scene.holds.checkUnrefused(scene.key, for: Self.use(), because: .request) }
        #expect(throws: Never.self) { try scene.holds.checkUnrefused(Self.key(2), for: Self.use(), because: .use) }
    }

    @Test("Another login, and the same login at another registry, are not held")
    func others() throws {
        let scene = try Scene()
        try scene.send(accepted: false)
        let others = try [
            Self.key(2), Self.key(1, at: "registry.example:5000"), Self.key(1, at: "other.example"), Self.key(1, at: "docker.io"),
        ]
        for other in others {
            #expect(scene.hold(other) == nil)
            #expect(try scene.send(other, accepted: true) == nil)
        }
        #expect(scene.hold() != nil, "their success does not end it")
        for other in others { #expect(try scene.send(other, accepted: false)?.retryAfter == 15) }
        #expect(scene.hold()?.isConfirmed == false)
    }

    @Test("Beyond 10,000 holds, ended ones are evicted first")
    func endedAreDropped() throws {
        let scene = try Scene()
        for number in 0..<5000 { try scene.send(Self.key(number), accepted: false) }
        scene.time.advance(by: .seconds(20))
        for number in 5000..<10_001 { try scene.send(Self.key(number), accepted: false) }
        let isDropped = try scene.send(Self.key(0), accepted: false)?.retryAfter == 15
        #expect(isDropped, "its refusals begin anew")
        for number in [9000, 9999, 10_000, 0] { #expect(scene.hold(try Self.key(number)) != nil, "\(number)") }
    }

    @Test("No more than 10,000 logins are held")
    func bound() throws {
        let scene = try Scene()
        let keys = try (0...10_000).map { try Self.key($0) }
        for key in keys.dropLast() { scene.holds.end(key, for: Self.use(), accepted: false, sent: scene.time.now, isProbe: false) }
        #expect(keys.dropLast().allSatisfy { scene.hold($0) != nil })
        scene.holds.end(keys[10_000], for: Self.use(), accepted: false, sent: scene.time.now, isProbe: false)
        #expect(scene.hold(keys[10_000]) != nil)
        #expect(keys.count { scene.hold($0) != nil } <= 10_000)
    }

    @Test("A login refused for one repository is sent for others, whose acceptance does not end the hold")
    func oneRepository() throws {
        let scene = try Scene()
        let others = ["team/other", "team", "other/image"].map { Self.use(of: $0) }
        for wait in [15, 30, 60, 120] {
            let refusal = try scene.send(accepted: false)
            #expect(refusal?.retryAfter == wait && refusal?.isOfLogin == false)
            for other in others {
                #expect(scene.hold(for: other) == nil)
                #expect(try scene.send(for: other, accepted: true) == nil)
            }
            #expect(scene.hold()?.isHeld == true)
            scene.time.advance(by: .seconds(Int64(wait)))
        }
    }

    @Test(
        "A login is held for all repositories after two are refused with none accepted in between", arguments: [0, 3, 14, 600])
    func secondRepository(_ seconds: Int64) throws {
        let scene = try Scene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(seconds))
        let refusal = try scene.send(for: Self.use(of: "team/other"), accepted: false)
        #expect(refusal?.isOfLogin == true && refusal?.retryAfter == 30 && refusal?.isConfirmed == (seconds > 4))
        for use in [Self.use(), Self.use(of: "team/other"), Self.use(of: "third"), Self.use(.more("pull,push"), of: "third")] {
            let held = scene.hold(for: use)
            #expect(held?.isOfLogin == true && held?.isHeld == true && held?.reason == "refused this user name and password 0 s ago")
        }
        scene.time.advance(by: .seconds(5))
        let confirmed = try? scene.send(for: Self.use(of: "third"), because: .confirmation, accepted: false)
        #expect((confirmed == nil) == (seconds > 4))
        if let confirmed { #expect(confirmed.isConfirmed && confirmed.retryAfter == 60) }
    }

    @Test("An acceptance ends the hold of the login, but not the holds of refused repositories")
    func accepted() throws {
        let scene = try Scene()
        let other = Self.use(of: "team/other")
        try scene.send(accepted: false)
        try scene.send(for: Self.use(of: "third"), accepted: true)
        #expect(try scene.send(for: other, accepted: false)?.isOfLogin == false, "the first one is its own affair")
        for _ in 0..<2 {
            #expect(scene.hold(for: Self.use(of: "third")) == nil)
            scene.time.advance(by: .seconds(61))
            try scene.send(accepted: false)
            try scene.send(for: Self.use(of: "third"), accepted: true)
        }
        try scene.send(for: Self.use(of: "fourth"), accepted: false)
        #expect(try scene.send(for: Self.use(of: "fifth"), accepted: false)?.isOfLogin == true)
        scene.time.advance(by: .seconds(31))
        try scene.send(for: Self.use(of: "third"), accepted: true)
        #expect(scene.hold(for: Self.use(of: "sixth")) == nil)
        #expect(scene.hold()?.isOfLogin == false)
    }

    @Test(
        "A refused push holds back pushes to that repository, but not pulls", arguments: ["pull,push", "delete", "repository:a:pull,push"])
    func push(_ rights: String) throws {
        let scene = try Scene()
        let push = Self.use(.more(rights))
        for wait in [15, 30, 60] {
            #expect(try scene.send(for: push, accepted: false)?.retryAfter == wait)
            #expect(try scene.send(accepted: true) == nil)
            #expect(scene.hold(for: push)?.reason == "refused this user name and password for changes of this repository 0 s ago")
            #expect(scene.hold(for: Self.use(.more("other"))) == nil)
            #expect(scene.hold(for: Self.use(.more(rights), of: "team/other")) == nil)
            scene.time.advance(by: .seconds(Int64(wait)))
        }
        #expect(try scene.send(for: push, accepted: true) == nil)
        #expect(scene.hold(for: push) == nil)
    }

    @Test("Refused pushes to two repositories do not hold back pulls")
    func pushes() throws {
        let scene = try Scene()
        for path in ["a", "b", "c"] {
            #expect(try scene.send(for: Self.use(.more("pull,push"), of: path), accepted: false)?.isOfLogin == false)
        }
        for path in ["a", "b", "c", "d"] { #expect(scene.hold(for: Self.use(of: path)) == nil) }
    }

    @Test("The hold of a login starts with 30 s, regardless of the pushes and lists refused before", arguments: [1, 2, 8, 40])
    func pushesBeforePull(_ count: Int) throws {
        let scene = try Scene()
        for number in 0..<count {
            try scene.send(for: Self.use(number.isMultiple(of: 3) ? .list : .more("pull,push"), of: "team/\(number)"), accepted: false)
        }
        let refusal = try scene.send(accepted: false)
        #expect(refusal?.isOfLogin == true && refusal?.retryAfter == 30)
        scene.time.advance(by: .seconds(30))
        #expect(try scene.send(for: Self.use(.more("pull,push"), of: "team/new"), accepted: true) == nil)
        #expect(scene.hold(for: Self.use(of: "team/1")) == nil)
    }

    @Test("A pull refused after a push is the second refusal and holds both back")
    func pushAndPull() throws {
        let scene = try Scene()
        try scene.send(for: Self.use(.more("pull,push")), accepted: false)
        #expect(try scene.send(accepted: false)?.retryAfter == 30)
        for purpose in [LoginUse.Purpose.pull, .more("pull,push"), .more("delete")] {
            #expect(scene.hold(for: Self.use(purpose))?.retryAfter == 30)
        }
        scene.time.advance(by: .seconds(5))
        #expect(try scene.send(because: .confirmation, accepted: false)?.retryAfter == 60)
    }
}

extension RepositoryName {
    /// A repository on a registry that does not exist.
    static func sample(_ path: String = "team/image") -> RepositoryName {
        guard let name = try? RepositoryName(parsing: "registry.example/\(path)") else { preconditionFailure("\(path) is no path") }
        return name
    }
}

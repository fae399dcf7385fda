import Domain
import NIOCore
import Naming
import Testing

@testable import RegistryClient

@Suite("Holds of refused logins")
struct LoginHoldsTests {
    @Test("A login that was never refused is not held after any other response", arguments: [true, nil])
    func unheld(_ accepted: Bool?) throws {
        let scene = try LoginHoldScene()
        for cause in [LoginCause.use, .request, .confirmation] {
            for _ in 0..<3 { #expect(try scene.send(because: cause, accepted: accepted) == nil) }
            #expect(scene.hold(because: cause) == nil)
            #expect(throws: Never.self) { try scene.holds.checkUnrefused(scene.key, for: LoginHoldScene.use(), because: cause) }
        }
    }

    @Test("A hold lasts 15 s, and twice as long after each further refusal, up to 10 minutes")
    func duration() throws {
        let scene = try LoginHoldScene()
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
        let scene = try LoginHoldScene()
        let first = try scene.send(accepted: false)
        #expect(
            first == LoginRefusal(reason: "rejected the stored user name and password for this repository 0 s ago", retryAfter: 15))
        scene.time.advance(by: .milliseconds(4200))
        #expect(
            scene.hold()
                == LoginRefusal(
                    reason: "rejected the stored user name and password for this repository 4 s ago", retryAfter: 11, isHeld: true))
        scene.time.advance(by: .seconds(10))
        #expect(
            scene.hold()
                == LoginRefusal(
                    reason: "rejected the stored user name and password for this repository 14 s ago", retryAfter: 1, isHeld: true))
    }

    @Test("After the hold, one request at a time checks whether the login is still refused")
    func probe() throws {
        let scene = try LoginHoldScene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(20))
        #expect(try scene.holds.begin(scene.key, for: LoginHoldScene.use(), because: .use))
        for cause in [LoginCause.use, .confirmation] {
            for _ in 0..<10 {
                let error = #expect(throws: LoginRefusal.self) {
                    try scene.holds.begin(scene.key, for: LoginHoldScene.use(), because: cause)
                }
                #expect(error?.isHeld == true && error?.retryAfter == 1)
            }
        }
        // An inconclusive response permits the next probe, and does not end the hold.
        #expect(scene.holds.end(scene.key, for: LoginHoldScene.use(), accepted: nil, sent: scene.time.now, isProbe: true) == nil)
        let sent = scene.time.now
        #expect(try scene.holds.begin(scene.key, for: LoginHoldScene.use(), because: .use))
        scene.time.advance(by: .seconds(1))
        #expect(scene.holds.end(scene.key, for: LoginHoldScene.use(), accepted: false, sent: sent, isProbe: true)?.refusal.retryAfter == 30)
        #expect(scene.hold()?.retryAfter == 30)
    }

    @Test("The end of a request that is not a probe does not permit another probe")
    func unfinishedProbe() throws {
        let scene = try LoginHoldScene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(20))
        #expect(try scene.holds.begin(scene.key, for: LoginHoldScene.use(), because: .use))
        scene.holds.end(scene.key, for: LoginHoldScene.use(), accepted: nil, sent: scene.time.now, isProbe: false)
        #expect(scene.hold() != nil)
    }

    @Test("A success ends the hold and resets its length")
    func success() throws {
        let scene = try LoginHoldScene()
        for wait in [15, 30, 60] {
            try scene.send(accepted: false)
            scene.time.advance(by: .seconds(Int64(wait)))
        }
        #expect(try scene.send(accepted: true) == nil)
        for _ in 0..<3 { #expect(try !scene.holds.begin(scene.key, for: LoginHoldScene.use(), because: .use)) }
        #expect(try scene.send(accepted: false)?.retryAfter == 15)
    }

    @Test("A verification that a user requested ends the hold, and its refusal starts a new one")
    func request() throws {
        let scene = try LoginHoldScene()
        for wait in [15, 30] {
            try scene.send(accepted: false)
            scene.time.advance(by: .seconds(Int64(wait)))
        }
        try scene.send(accepted: false)
        #expect(scene.hold()?.retryAfter == 60)
        #expect(try !scene.holds.begin(scene.key, for: LoginHoldScene.use(), because: .request))
        #expect(scene.hold() == nil)
        let refusal = try scene.send(because: .request, accepted: false)
        #expect(refusal?.retryAfter == 15 && refusal?.isConfirmed == false)
        #expect(scene.hold()?.retryAfter == 15)
    }

    @Test(
        "A confirmation is sent 4.5 s after the first refusal or later",
        arguments: [(0, false), (4498, false), (4499, false), (4500, true)])
    func confirmationInterval(_ milliseconds: Int64, _ isSent: Bool) throws {
        let scene = try LoginHoldScene()
        try scene.send(accepted: false)
        scene.time.advance(by: .milliseconds(milliseconds))
        #expect((scene.hold(because: .confirmation) == nil) == isSent)
        #expect(scene.hold() != nil, "nothing else is sent")
    }

    @Test("A refused confirmation confirms the refusal, and no second one is sent")
    func confirmation() throws {
        let scene = try LoginHoldScene()
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
        let scene = try LoginHoldScene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(5))
        for _ in 0..<2 { #expect(try scene.send(because: .confirmation, accepted: nil) == nil) }
        #expect(scene.hold() != nil)
        #expect(try scene.send(because: .confirmation, accepted: true) == nil)
        #expect(scene.hold() == nil)
    }

    @Test("A second refusal after the hold confirms the first as well")
    func confirmedByUse() throws {
        let scene = try LoginHoldScene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(15))
        #expect(try scene.send(accepted: false)?.isConfirmed == true)
        #expect(scene.hold()?.isConfirmed == true)
    }

    @Test("Requests sent before the last refusal count as at most two refusals, no matter how late they are refused")
    func simultaneous() throws {
        let scene = try LoginHoldScene()
        let sent = scene.time.now
        for _ in 0..<50 { #expect(try !scene.holds.begin(scene.key, for: LoginHoldScene.use(), because: .use)) }
        scene.time.advance(by: .milliseconds(100))
        for number in 0..<50 {
            let outcome = scene.holds.end(scene.key, for: LoginHoldScene.use(), accepted: false, sent: sent, isProbe: false)
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
        let scene = try LoginHoldScene()
        try scene.send(accepted: false)
        for cause in [LoginCause.use, .confirmation] {
            let error = #expect(throws: LoginRefusal.self) {
                try scene.holds.checkUnrefused(scene.key, for: LoginHoldScene.use(), because: cause)
            }
            #expect(error?.isHeld == true && error?.retryAfter == 15)
        }
        #expect(throws: Never.self) { try scene.holds.checkUnrefused(scene.key, for: LoginHoldScene.use(), because: .request) }
        #expect(throws: Never.self) { try scene.holds.checkUnrefused(LoginHoldScene.key(2), for: LoginHoldScene.use(), because: .use) }
    }

    @Test("Another login, and the same login at another registry, are not held")
    func others() throws {
        let scene = try LoginHoldScene()
        try scene.send(accepted: false)
        let others = try [
            LoginHoldScene.key(2), LoginHoldScene.key(1, at: "registry.example:5000"), LoginHoldScene.key(1, at: "other.example"),
            LoginHoldScene.key(1, at: "docker.io"),
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
        let scene = try LoginHoldScene()
        for number in 0..<5000 { try scene.send(LoginHoldScene.key(number), accepted: false) }
        scene.time.advance(by: .seconds(20))
        for number in 5000..<10_001 { try scene.send(LoginHoldScene.key(number), accepted: false) }
        let isDropped = try scene.send(LoginHoldScene.key(0), accepted: false)?.retryAfter == 15
        #expect(isDropped, "its refusals begin anew")
        for number in [9000, 9999, 10_000, 0] { #expect(scene.hold(try LoginHoldScene.key(number)) != nil, "\(number)") }
    }

    @Test("No more than 10,000 logins are held")
    func bound() throws {
        let scene = try LoginHoldScene()
        let keys = try (0...10_000).map { try LoginHoldScene.key($0) }
        for key in keys.dropLast() {
            scene.holds.end(key, for: LoginHoldScene.use(), accepted: false, sent: scene.time.now, isProbe: false)
        }
        #expect(keys.dropLast().allSatisfy { scene.hold($0) != nil })
        scene.holds.end(keys[10_000], for: LoginHoldScene.use(), accepted: false, sent: scene.time.now, isProbe: false)
        #expect(scene.hold(keys[10_000]) != nil)
        #expect(keys.count { scene.hold($0) != nil } <= 10_000)
    }
}

import NIOCore
import Naming
import Testing

@testable import RegistryClient

/// Several repositories may lose their access at once while their login is valid.
@Suite("Precedence of repositories after a hold")
struct LoginPrecedenceTests {
    @Test("After a hold, a repository that was not refused is tried first, and its acceptance ends the hold of the login")
    func first() throws {
        let scene = try LoginHoldScene()
        scene.refuseTwo()
        scene.time.advance(by: .seconds(31))
        for name in ["a", "b"] { #expect(!scene.send(name, accepted: false), "\(name)") }
        for name in ["c", "d"] { #expect(scene.send(name, accepted: true), "\(name)") }
        #expect(scene.send("a", accepted: false) && scene.send("c", accepted: true) && !scene.send("a", accepted: false))
    }

    @Test("Without other requests, refused repositories try the login some seconds after the hold")
    func alone() throws {
        let scene = try LoginHoldScene()
        scene.refuseTwo()
        scene.time.advance(by: .seconds(34))
        #expect(!scene.send("a", accepted: true))
        scene.time.advance(by: .seconds(2))
        #expect(scene.send("a", accepted: true) && scene.send("c", accepted: true))
    }

    @Test(
        "After the hold of a refused pull, pulls come first, and lists and pushes half a minute later",
        arguments: [LoginUse.Purpose.list, .more("pull,push"), .more("delete")])
    func pulls(_ purpose: LoginUse.Purpose) throws {
        let scene = try LoginHoldScene()
        #expect(scene.send("a", accepted: false))
        let other = LoginHoldScene.use(purpose, of: "team/a")
        scene.time.advance(by: .seconds(40))
        #expect(throws: LoginRefusal.self) { try scene.holds.begin(scene.key, for: other, because: .use) }
        #expect(try !scene.holds.begin(scene.key, for: LoginHoldScene.use(purpose, of: "team/b"), because: .use))
        scene.time.advance(by: .seconds(6))
        #expect(try scene.holds.begin(scene.key, for: other, because: .use))
        scene.holds.end(scene.key, for: other, accepted: nil, sent: scene.time.now, isProbe: true)
        #expect(scene.send("a", accepted: true))
        #expect(try !scene.holds.begin(scene.key, for: other, because: .use))
    }

    @Test("A follow-up login does not extend the hold of the login", arguments: [true, false])
    func followUp(_ isFollowUp: Bool) throws {
        let scene = try LoginHoldScene()
        scene.refuseTwo()
        scene.time.advance(by: .seconds(31))
        #expect(scene.send("c", accepted: false, isFollowUp: isFollowUp))
        scene.time.advance(by: .seconds(5))
        #expect(scene.send("d", accepted: true) == isFollowUp)
    }
}

extension LoginHoldScene {
    /// Whether the login is sent for a repository; the response arrives a moment later.
    fileprivate func send(_ name: String, accepted: Bool, isFollowUp: Bool = false) -> Bool {
        guard let isProbe = try? holds.begin(key, for: Self.use(of: "team/\(name)"), because: .use) else { return false }
        let sent = time.now
        time.advance(by: .milliseconds(1))
        holds.end(key, for: Self.use(of: "team/\(name)"), accepted: accepted, sent: sent, isProbe: isProbe, isFollowUp: isFollowUp)
        return true
    }

    /// Two repositories that were refused.
    fileprivate func refuseTwo() {
        #expect(send("a", accepted: false) && send("b", accepted: false))
        #expect(!send("c", accepted: true), "the login is held for all")
    }
}

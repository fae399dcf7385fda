import Domain
import NIOCore
import Naming
import Testing

@testable import RegistryClient

@Suite("Holds of logins that some repositories refuse")
struct RepositoryHoldsTests {
    @Test("A login refused for one repository is sent for others, whose acceptance does not end the hold")
    func oneRepository() throws {
        let scene = try LoginHoldScene()
        let others = ["team/other", "team", "other/image"].map { LoginHoldScene.use(of: $0) }
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
        let scene = try LoginHoldScene()
        try scene.send(accepted: false)
        scene.time.advance(by: .seconds(seconds))
        let refusal = try scene.send(for: LoginHoldScene.use(of: "team/other"), accepted: false)
        #expect(refusal?.isOfLogin == true && refusal?.retryAfter == 30 && refusal?.isConfirmed == (seconds > 4))
        for use in [
            LoginHoldScene.use(), LoginHoldScene.use(of: "team/other"), LoginHoldScene.use(of: "third"),
            LoginHoldScene.use(.more("pull,push"), of: "third"),
        ] {
            let held = scene.hold(for: use)
            #expect(held?.isOfLogin == true && held?.isHeld == true && held?.reason == "rejected the stored user name and password 0 s ago")
        }
        scene.time.advance(by: .seconds(5))
        let confirmed = try? scene.send(for: LoginHoldScene.use(of: "third"), because: .confirmation, accepted: false)
        #expect((confirmed == nil) == (seconds > 4))
        if let confirmed { #expect(confirmed.isConfirmed && confirmed.retryAfter == 60) }
    }

    @Test("An acceptance ends the hold of the login, but not the holds of refused repositories")
    func accepted() throws {
        let scene = try LoginHoldScene()
        let other = LoginHoldScene.use(of: "team/other")
        try scene.send(accepted: false)
        try scene.send(for: LoginHoldScene.use(of: "third"), accepted: true)
        #expect(try scene.send(for: other, accepted: false)?.isOfLogin == false, "the first one is its own affair")
        for _ in 0..<2 {
            #expect(scene.hold(for: LoginHoldScene.use(of: "third")) == nil)
            scene.time.advance(by: .seconds(61))
            try scene.send(accepted: false)
            try scene.send(for: LoginHoldScene.use(of: "third"), accepted: true)
        }
        try scene.send(for: LoginHoldScene.use(of: "fourth"), accepted: false)
        #expect(try scene.send(for: LoginHoldScene.use(of: "fifth"), accepted: false)?.isOfLogin == true)
        scene.time.advance(by: .seconds(31))
        try scene.send(for: LoginHoldScene.use(of: "third"), accepted: true)
        #expect(scene.hold(for: LoginHoldScene.use(of: "sixth")) == nil)
        #expect(scene.hold()?.isOfLogin == false)
    }

    @Test(
        "A refused push holds back pushes to that repository, but not pulls", arguments: ["pull,push", "delete", "repository:a:pull,push"])
    func push(_ rights: String) throws {
        let scene = try LoginHoldScene()
        let push = LoginHoldScene.use(.more(rights))
        for wait in [15, 30, 60] {
            #expect(try scene.send(for: push, accepted: false)?.retryAfter == wait)
            #expect(try scene.send(accepted: true) == nil)
            #expect(scene.hold(for: push)?.reason == "rejected the stored user name and password for changes of this repository 0 s ago")
            #expect(scene.hold(for: LoginHoldScene.use(.more("other"))) == nil)
            #expect(scene.hold(for: LoginHoldScene.use(.more(rights), of: "team/other")) == nil)
            scene.time.advance(by: .seconds(Int64(wait)))
        }
        #expect(try scene.send(for: push, accepted: true) == nil)
        #expect(scene.hold(for: push) == nil)
    }

    @Test("Refused pushes to two repositories do not hold back pulls")
    func pushes() throws {
        let scene = try LoginHoldScene()
        for path in ["a", "b", "c"] {
            #expect(try scene.send(for: LoginHoldScene.use(.more("pull,push"), of: path), accepted: false)?.isOfLogin == false)
        }
        for path in ["a", "b", "c", "d"] { #expect(scene.hold(for: LoginHoldScene.use(of: path)) == nil) }
    }

    @Test("The hold of a login starts with 30 s, regardless of the pushes and lists refused before", arguments: [1, 2, 8, 40])
    func pushesBeforePull(_ count: Int) throws {
        let scene = try LoginHoldScene()
        for number in 0..<count {
            try scene.send(
                for: LoginHoldScene.use(number.isMultiple(of: 3) ? .list : .more("pull,push"), of: "team/\(number)"), accepted: false)
        }
        let refusal = try scene.send(accepted: false)
        #expect(refusal?.isOfLogin == true && refusal?.retryAfter == 30)
        scene.time.advance(by: .seconds(30))
        #expect(try scene.send(for: LoginHoldScene.use(.more("pull,push"), of: "team/new"), accepted: true) == nil)
        #expect(scene.hold(for: LoginHoldScene.use(of: "team/1")) == nil)
    }

    @Test("A pull refused after a push is the second refusal and holds both back")
    func pushAndPull() throws {
        let scene = try LoginHoldScene()
        try scene.send(for: LoginHoldScene.use(.more("pull,push")), accepted: false)
        #expect(try scene.send(accepted: false)?.retryAfter == 30)
        for purpose in [LoginUse.Purpose.pull, .more("pull,push"), .more("delete")] {
            #expect(scene.hold(for: LoginHoldScene.use(purpose))?.retryAfter == 30)
        }
        scene.time.advance(by: .seconds(5))
        #expect(try scene.send(because: .confirmation, accepted: false)?.retryAfter == 60)
    }
}

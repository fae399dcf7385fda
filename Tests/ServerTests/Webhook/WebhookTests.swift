import Domain
import Foundation
import NIOHTTP1
import Naming
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

@testable import Server

@Suite("The webhook", .timeLimit(.minutes(2)))
struct WebhookTests {
    private static let name = "registry.example/team/image"

    @Test("A repository that becomes Rejected is reported once, signed so that the documented function accepts it") func rejected()
        async throws
    {
        try await WebhookScene.run { scene in
            try await scene.started()
            try await scene.backend.register(Self.name)
            for state in [Verification.State.verified, .rejected, .rejected] {
                try await scene.set(state, on: Self.name, because: state == .rejected ? "the \"password\" is wröng" : nil)
            }
            try await scene.wait { !scene.events(about: Self.name).isEmpty }
            try await Task.sleep(for: .milliseconds(200))
            let events = scene.events(about: Self.name)
            #expect(events.count == 1)
            let event = try #require(events.first)
            #expect(event.body.type == "repository.rejected" && UUID(uuidString: event.body.id) != nil && event.body.apikey == nil)
            #expect(
                event.body.repository
                    == .init(
                        name: Self.name, namespace: "admin", resource_uri: "/api/repo/v1/admin/repository/\(Self.name)/", state: "Rejected",
                        state_reason: "the \"password\" is wröng"))
            #expect(abs(try Date(event.body.created, strategy: .iso8601).timeIntervalSinceNow) < 60)
            let fields = event.request.headers
            #expect(event.request.target == "\(WebhookScene.path)?key=hidden" && fields["Content-Type"] == ["application/json"])
            #expect(fields["X-Lighterman-Event"] == ["repository.rejected"] && fields["Authorization"].isEmpty)
            #expect(try await Self.isValid(event.request))
            #expect(try await !Self.isValid(event.request, secret: "0123456789abcdef0123456789abcdee"))
            var changed = Data(event.request.body)
            changed[changed.count - 2] ^= 1
            #expect(try await !Self.isValid(event.request, body: Array(changed)))
            try await scene.set(.verified, on: Self.name)
            try await scene.set(.rejected, on: Self.name)
            try await scene.wait { scene.events(about: Self.name).count == 2 }
            #expect(Set(scene.events(about: Self.name).map(\.body.id)).count == 2)
        }
    }

    /// Runs the function of docs/operating.md.
    private static func isValid(_ request: RegistryRecord, secret: String = WebhookScene.secret, body: [UInt8]? = nil) async throws -> Bool
    {
        let timestamp = try #require(request.headers.first(name: "X-Lighterman-Timestamp"))
        let signature = try #require(request.headers.first(name: "X-Lighterman-Signature"))
        let body = String(decoding: body ?? request.body, as: UTF8.self)
        let program = try DocumentedBlock.text(under: "Webhook", in: "python")
        let call = "import sys\nprint(is_valid(sys.argv[1].encode(), sys.argv[2], sys.argv[3], sys.stdin.buffer.read()))\n"
        return try await run("python3", ["-c", program + call, secret, timestamp, signature], input: body).succeeded() == "True\n"
    }

    @Test("A key is reported 30 days, 7 days and 1 day before it expires, unless it was revoked or renewed, or lives shorter") func keys()
        async throws
    {
        let backend = try await TestBackend()
        let now = backend.clock.clock.now()
        try await backend.store.write { writer in
            guard let admin = try writer.account(AccountName(parsing: "admin")) else { throw StoreError.stale }
            func insert(_ id: String, days: Double, age: Double = 0, revoked: Bool = false, renews: String? = nil) throws {
                try writer.insert(
                    APIKey(
                        id: id, account: admin.id, hash: [], label: "of \(id)", scopes: [.pull], created: now - age * 86_400,
                        expires: now + days * 86_400, revoked: revoked ? now : nil, renews: renews))
            }
            try insert("long", days: 40)
            try insert("revoked", days: 40, revoked: true)
            try insert("renewed", days: 40)
            try insert("renewal", days: 500, renews: "renewed")
            try insert("short", days: 5)
            try insert("old", days: 6, age: 80)
        }
        func reported(_ scene: WebhookScene) -> [String] {
            scene.events.compactMap(\.body.apikey).map { "\($0.id) \($0.days)" }.filter { !$0.hasPrefix("admin") }
        }
        try await WebhookScene.run(on: backend) { scene in
            // After a start, each key once.
            try await scene.wait { reported(scene) == ["old 7"] }
            let event = try #require(scene.events.compactMap(\.body.apikey).first)
            #expect(event.account == "admin" && event.label == "of old")
            #expect(
                try Date(event.expires, strategy: .iso8601)
                    == Date(timeIntervalSince1970: (now + 6 * 86_400).timeIntervalSince1970.rounded(.down)))
            for (days, expected) in [
                (4.5, ["short 1"]), (0.6, ["old 1"]), (4.5, []), (0.5, ["long 30"]), (22.5, []), (1, ["long 7"]), (5, []), (1, ["long 1"]),
                (5, []),
            ] as [(Double, [String])] {
                let before = reported(scene)
                backend.clock.advance(by: days * 86_400)
                if !expected.isEmpty { try await scene.wait { reported(scene).count > before.count } }
                try await Task.sleep(for: .milliseconds(150))
                #expect(Array(reported(scene).dropFirst(before.count)) == expected, "\(days)")
            }
            #expect(
                scene.events.filter { $0.body.apikey != nil }.allSatisfy { $0.body.type == "apikey.expiring" && $0.body.repository == nil })
        }
    }

    @Test("An event is sent again with the same id after failures, and later events follow in order") func failing() async throws {
        try await WebhookScene.run { scene in
            try await scene.started()
            for (number, failure) in [
                RegistryReply.answer(status: 500), .answer(status: 429), .hangUp, .raw("no HTTP\r\n\r\n", then: .close),
            ].enumerated() {
                let name = "registry.example/\(number)"
                let before = scene.receiver.requests.count
                scene.receiver.set(for: "POST", WebhookScene.path) { [receiver = scene.receiver] _ in
                    receiver.requests.count <= before + 1 ? failure : .answer(status: 200)
                }
                try await scene.backend.register(name)
                try await scene.backend.register("\(name)-next")
                for name in [name, "\(name)-next"] { try await scene.set(.rejected, on: name) }
                try await scene.wait { scene.events(about: "\(name)-next").count == 1 }
                // A closed connection is tried once more on a new one.
                #expect((2...3).contains(scene.events(about: name).count), "\(failure)")
                #expect(Set(scene.events(about: name).map(\.body.id)).count == 1)
                #expect(scene.log.lines.contains { $0.hasPrefix("notice a webhook event was not delivered, and is sent again later") })
            }
            try await scene.wait { scene.counts == [Set(scene.events.map(\.body.id)).count, 0] }
            #expect(!scene.log.text.contains("hidden") && !scene.log.text.contains(WebhookScene.secret))
        }
    }

    @Test("An expiry that is reported again has the same id, and another key, date or number of days another one") func expiryID() throws {
        let account = Account(
            id: UUID(), name: try AccountName(parsing: "carol"), isAdministrator: false, created: Date(timeIntervalSince1970: 0))
        func event(_ id: String, _ expires: TimeInterval, _ horizon: ExpiryHorizon) -> ServerEvent {
            let dates = (created: Date(timeIntervalSince1970: 0), expires: Date(timeIntervalSince1970: expires))
            let key = APIKey(
                id: id, account: account.id, hash: [], label: "", scopes: [], created: dates.created, expires: dates.expires)
            return .keyExpiring(HeldKey(key, of: account), within: horizon)
        }
        #expect(event("a", 1, .day).id == event("a", 1, .day).id)
        let ids = [event("a", 1, .day), event("b", 1, .day), event("a", 2, .day), event("a", 1, .week)].map(\.id)
        #expect(Set(ids).count == 4)
        #expect(ids.allSatisfy { $0.uuidString.dropFirst(14).first == "8" })
    }

    @Test("An event is dropped after the last attempt, or at once if the receiver refuses it or redirects") func dropped() async throws {
        try await WebhookScene.run { scene in
            try await scene.started()
            for (number, (status, attempts)) in [(503, 3), (400, 1), (410, 1), (302, 1), (307, 1)].enumerated() {
                let name = "registry.example/\(number)"
                scene.receiver.set(
                    .answer(status: status, headers: ["Location": "http://\(scene.receiver.authority)/other"]), for: "POST",
                    WebhookScene.path)
                try await scene.backend.register(name)
                try await scene.set(.rejected, on: name)
                try await scene.wait { scene.counts[1] == number + 1 }
                #expect(scene.events(about: name).count == attempts, "\(status)")
                let reason = "reason=\(scene.receiver.authority) responded with \(status)"
                #expect(
                    scene.log.lines.contains {
                        $0.hasPrefix("error a webhook event was not delivered, and is not sent again") && $0.contains(reason)
                    })
            }
            #expect(!scene.receiver.lines.contains { $0.contains("/other") })
        }
    }

    @Test("A receiver that responds too late gets the event again, and the server still stops promptly") func slow() async throws {
        try await WebhookScene.run(limit: 300, delays: [50, 60_000]) { scene in
            try await scene.started()
            scene.receiver.set(.late(milliseconds: 2000, .answer(status: 200)), for: "POST", WebhookScene.path)
            try await scene.backend.register(Self.name)
            try await scene.set(.rejected, on: Self.name)
            try await scene.wait { scene.events(about: Self.name).count == 2 }
            try await scene.wait { scene.log.text.contains("there was no response in time") }
            // The third attempt is a minute away, and `running` expects the service to stop within seconds.
        }
    }

    @Test("A receiver with a private address gets no connection, unless --allow names it or its network") func privately() async throws {
        for (allowance, isAllowed) in [("10.0.0.0/8", false), ("127.0.0.1:1", false), ("127.0.0.0/8", true)] {
            let backend = try await TestBackend()
            try await WebhookScene.run(on: backend, allowing: [allowance]) { scene in
                if isAllowed {
                    try await scene.started()
                } else {
                    try await backend.register(Self.name)
                    try await scene.wait {
                        try await scene.set(.verified, on: Self.name)
                        try await scene.set(.rejected, on: Self.name)
                        try await Task.sleep(for: .milliseconds(50))
                        return scene.counts[1] ?? 0 >= 1
                    }
                    let text = "is on the server's own machine, which is not allowed yet: allow it with --allow \(scene.receiver.authority)"
                    #expect(scene.log.text.contains(text), "\(scene.log.text)")
                    #expect(scene.receiver.openings.isEmpty && scene.events.isEmpty)
                }
            }
        }
    }

    @Test("The server posts an event when a verification finds that the registry rejects a password") func program() async throws {
        let behavior = RegistryBehavior(users: ["carol": "sesame"], repositories: ["team/image"])
        try await FaultyRegistry.run { receiver in
            receiver.set(.answer(status: 200), for: "POST", "/hook")
            try await FaultyRegistry.run(behavior) { registry in
                try await TemporaryDirectory.with { folder in
                    let file = try folder.write("\(WebhookScene.secret)\n", to: "secret")
                    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
                    let arguments = [
                        "--webhook", "http://\(receiver.authority)/hook", "--webhook-secret-file", file, "--allow", receiver.authority,
                    ]
                    try await LightermanProcess.with(in: folder, arguments) { server in
                        let client = try APIClient(server)
                        let name = "\(registry.authority)/team/image"
                        let body = #"{"name": "\#(name)", "username": "carol", "password": "sesame"}"#
                        let registered = try await client.call("POST", "/api/repo/v1/repository/", body)
                        try #require(registered.status == 201, "\(registered.text)")
                        registry.change { $0.users = ["carol": "changed"] }
                        let verified = try await client.call("POST", "/api/repo/v1/verification/", #"{"name": "\#(name)"}"#)
                        #expect(verified.body.contains("Rejected"), "\(verified.text)")
                        let end = ContinuousClock.now + .seconds(30)
                        while receiver.requests.isEmpty, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(50)) }
                        let event = try #require(receiver.requests.first.flatMap(WebhookScene.Received.init))
                        #expect(event.body.repository?.name == name && event.body.repository?.state == "Rejected")
                        #expect(try await Self.isValid(event.request))
                        let text = String(decoding: event.request.body, as: UTF8.self)
                        #expect(!text.contains("sesame") && !text.contains("changed"))
                    }
                }
            }
        }
    }
}

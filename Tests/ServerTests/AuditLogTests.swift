import Foundation
import TestSupport
import Testing

@Suite("Audit log") struct AuditLogTests {
    /// A server's folder, and the file next to its data.
    private struct Place {
        let folder: TemporaryDirectory
        let path: String

        init() throws {
            folder = try TemporaryDirectory()
            path = folder.path(of: "audit.log")
        }

        var options: [String] { ["--audit-log", path] }

        func lines(of path: String? = nil) throws -> [String] {
            let text = try String(contentsOfFile: path ?? self.path, encoding: .utf8)
            #expect(text.isEmpty || text.hasSuffix("\n"))
            return text.split(separator: "\n").map(String.init)
        }

        func actions(in path: String? = nil) throws -> [ActionObject] {
            try lines(of: path).map { try JSONDecoder().decode(ActionObject.self, from: Data($0.utf8)) }
        }

        /// Waits until the file has this many lines.
        func has(_ count: Int, in path: String? = nil) async throws {
            let end = ContinuousClock.now + .seconds(30)
            while ((try? lines(of: path).count) ?? 0) < count, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(20)) }
        }
    }

    private func makeUsers(_ numbers: Range<Int>, on server: LightermanProcess) async throws {
        let client = try APIClient(server)
        for number in numbers { try await client.makeUser("user\(number)") }
    }

    @Test("The audit log has a line per action, in the API's JSON with its sequence number, in a private file") func hasEachAction()
        async throws
    {
        let place = try Place()
        try await LightermanProcess.with(in: place.folder, place.options) { server in
            try #expect(place.lines().isEmpty)
            let client = try APIClient(server)
            try await makeUsers(0..<3, on: server)
            try await #expect(client.call("POST", "/api/account/v1/user/", #"{"name": "user0"}"#).status == 409)
            try await place.has(4)
            let shown = try await client.call("GET", "/api/audit/v1/action/").body
            let lines = try place.lines()
            #expect(lines.count == 4)
            for (number, line) in lines.enumerated() {
                let sequence = #""sequence":\#(number + 1),"#
                #expect(line.contains(sequence) && shown.contains(line.replacing(sequence, with: "")), "\(line)")
            }
            try await #expect(place.actions() == client.actions())
            #expect(try place.actions().last?.status == 409)
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: place.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test("After a restart, the audit log continues without gaps or repetitions, including actions from while it was disabled")
    func goesOn() async throws {
        let place = try Place()
        try await LightermanProcess.with(in: place.folder, place.options) { try await makeUsers(0..<5, on: $0) }
        #expect(try place.lines().count == 5)
        try await LightermanProcess.with(in: place.folder) { try await makeUsers(5..<8, on: $0) }
        #expect(try place.lines().count == 5)
        try await LightermanProcess.with(in: place.folder, place.options) { server in
            try await place.has(8)
            try await makeUsers(8..<10, on: server)
            try await place.has(10)
            try await #expect(place.actions() == APIClient(server).actions())
        }
        #expect(try place.lines().count == 10)
    }

    @Test("The audit log loses no acknowledged action after a kill", .timeLimit(.minutes(3))) func losesNothing() async throws {
        let place = try Place()
        for cycle in 0..<10 {
            let server = try await LightermanProcess(in: place.folder, place.options)
            try await makeUsers(cycle * 3..<cycle * 3 + 3, on: server)
            try await server.killAtOnce()
        }
        try await LightermanProcess.with(in: place.folder, place.options) { server in
            try await place.has(30)
            let actions = try await APIClient(server).actions()
            #expect(actions.count == 30)
            #expect(Set(try place.actions()) == Set(actions))
        }
    }

    @Test("After rotation, the audit log continues in a new file, and SIGHUP does not stop the server") func isRotated() async throws {
        let place = try Place()
        let old = place.folder.path(of: "audit.log.1")
        try await LightermanProcess.with(in: place.folder, place.options) { server in
            try await makeUsers(0..<3, on: server)
            try await place.has(3)
            try FileManager.default.moveItem(atPath: place.path, toPath: old)
            kill(server.id, SIGHUP)
            try await makeUsers(3..<5, on: server)
            try await place.has(2)
            try await #expect(place.actions(in: old) + place.actions() == APIClient(server).actions())
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: place.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test("A failure to write the audit log is reported, delays no requests, and is made up for later") func isWrittenLater()
        async throws
    {
        let place = try Place()
        let logs = place.folder.path(of: "logs")
        try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: false)
        try await LightermanProcess.with(in: place.folder, ["--audit-log", "\(logs)/audit"]) { server in
            try FileManager.default.removeItem(atPath: logs)
            try await makeUsers(0..<3, on: server)
            let end = ContinuousClock.now + .seconds(30)
            while !server.log.contains("the audit log cannot be written"), ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(server.log.contains("the audit log cannot be written"))
            try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: false)
            try await place.has(3, in: "\(logs)/audit")
            try await #expect(place.actions(in: "\(logs)/audit") == APIClient(server).actions())
        }
    }

    @Test("The audit log has long actions twice: in progress, and with their outcome") func outcome() async throws {
        let place = try Place()
        let port = try await SilentListener.start()
        let name = "127.0.0.1:\(port.number)/a/b"
        try await LightermanProcess.with(in: place.folder, place.options + ["--allow", "127.0.0.0/8"]) { server in
            let client = try APIClient(server)
            let registration = #"{"name": "\#(name)", "username": "u", "password": "p"}"#
            try await #expect(client.call("POST", "/api/repo/v1/repository/?verify=false", registration).status == 201)
            async let verified = client.call("POST", "/api/repo/v1/verification/", #"{"name": "\#(name)"}"#)
            try await port.contacted()
            try await makeUsers(0..<2, on: server)
            try await place.has(4)
            port.hangUp()
            try await #expect(verified.status == 200)
            try await place.has(5)
        }
        let actions = try place.actions()
        #expect(
            actions.map { "\($0.action), \($0.state)" } == [
                "Repository Create, Success", "Repository Verify, In progress", "User Create, Success", "User Create, Success",
                "Repository Verify, Success",
            ])
        #expect(Set(actions.filter { $0.action == "Repository Verify" }.map(\.uuid)).count == 1)
    }
}

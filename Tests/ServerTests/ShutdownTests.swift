import Foundation
import GRDB
import TestSupport
import Testing

/// A background service takes long to stop, because it has to write while another program locks the database.
@Suite("Shutdown with a slow background service", .serialized) struct ShutdownTests {
    @Test("At shutdown, no new connections are accepted", .timeLimit(.minutes(1))) func takesNone() async throws {
        try await Self.busyServer { server in
            let port = try server.port()
            kill(server.id, SIGTERM)
            let end = ContinuousClock.now + .seconds(3)
            while try LoopbackPort.isHeard(port), ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try !LoopbackPort.isHeard(port))
            #expect(FileManager.default.fileExists(atPath: "/proc/\(server.id)"), "it had ended already, which shows nothing")
        }
    }

    @Test(
        "The server shuts down cleanly while clients connect and disconnect, even at the end of the drain timeout", .timeLimit(.minutes(2)),
        arguments: 1...2)
    func comingAndGoing(_ round: Int) async throws {
        try await Self.busyServer(["--drain-timeout", "1"]) { server in
            let health = RawRequest("GET", "/healthz").bytes
            let clients = LeavingClients.come(to: try server.port(), asking: health, taking: 1)
            try await clients.fed(200)
            #expect(try await server.stop() == 0, "\(server.log.suffix(3000))")
            try await clients.turnAway()
        }
    }

    /// A server that has the use of a key to store, and cannot.
    private static func busyServer(_ arguments: [String] = [], _ body: (LightermanProcess) async throws -> Void) async throws {
        try await TemporaryDirectory.with { folder in
            let server = try await LightermanProcess(in: folder, arguments + ["--log-level", "warning"])
            do {
                var configuration = Configuration()
                configuration.allowsUnsafeTransactions = true
                // The server may be writing.
                configuration.busyMode = .timeout(5)
                let database = try DatabaseQueue(path: folder.path(of: "data/lighterman.sqlite"), configuration: configuration)
                try await database.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
                try await #expect(APIClient(server).call("GET", "/api/repo/v1/repository/").status == 200)
                try await body(server)
                try await database.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
                try database.close()
                #expect(try await server.stop() == 0)
            } catch {
                try await server.killAtOnce()
                throw error
            }
        }
    }
}

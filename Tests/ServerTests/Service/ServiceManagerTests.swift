import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("Messages to the service manager") struct ServiceManagerTests {
    @Test("Messages are sent to a socket with a path or an abstract name", arguments: [true, false])
    func names(isAbstract: Bool) async throws {
        let folder = try TemporaryDirectory.short()
        let socket = try NotifySocket(isAbstract ? "@lighterman-\(UUID().uuidString)" : folder.path(of: "notify"))
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": socket.name])
        #expect(manager.report(.ready, status: "serving\nREADY=0"))
        try await #expect(socket.next() == ["READY=1", "STATUS=serving READY=0"])
        #expect(manager.report(.reloading, status: "reloading"))
        let reload = try #require(try await socket.next())
        #expect(reload.first == "RELOADING=1" && reload.last == "STATUS=reloading")
        let time = try #require(reload.compactMap { Int($0.replacing("MONOTONIC_USEC=", with: "")) }.first)
        #expect(time > 0)
    }

    @Test("Settings that are loaded again before the server is ready, or while it stops, are not reported")
    func reloads() async throws {
        let folder = try TemporaryDirectory.short()
        let socket = try NotifySocket(folder.path(of: "notify"))
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": socket.name])
        for state in [ServiceManager.State.reloading, .reloaded, .ready, .reloading, .reloaded, .stopping, .reloading, .reloaded] {
            #expect(manager.report(state, status: ""))
        }
        for first in ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"] { try await #expect(socket.next()?.first == first) }
        #expect(manager.report(.ready, status: "last"))
        try await #expect(socket.next()?.last == "STATUS=last")
    }

    @Test("Without a service manager nothing is sent, and a socket that does not exist is no success")
    func none() {
        #expect(ServiceManager(environment: [:]).report(.ready, status: ""))
        #expect(!ServiceManager(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"]).report(.ready, status: ""))
        #expect(!ServiceManager(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]).report(.ready, status: ""))
    }

    @Test("The server reports when it is ready, reloads and stops", arguments: [true, false])
    func lifecycle(isAbstract: Bool) async throws {
        let folder = try TemporaryDirectory.short()
        let socket = try NotifySocket(isAbstract ? "@lighterman-\(UUID().uuidString)" : folder.path(of: "notify"))
        try await LightermanProcess.with(in: folder, environment: ["NOTIFY_SOCKET": socket.name]) { server in
            let ready = try #require(try await socket.next())
            #expect(ready.first == "READY=1" && ready.last?.hasPrefix("STATUS=serving http://127.0.0.1:") == true, "\(ready)")
            kill(server.id, SIGHUP)
            try await #expect(socket.next()?.first == "RELOADING=1")
            try await #expect(socket.next()?.first == "READY=1")
            try await #expect(APIClient(server).call("GET", "/api/repo/v1/repository/").status == 200)
        }
        try await #expect(socket.next()?.first == "STOPPING=1")
    }
}

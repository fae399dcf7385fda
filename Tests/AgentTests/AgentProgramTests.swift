import FakeCloud
import Foundation
import TestSupport
import Testing
import Wire

@testable import Agent

@Suite("The program lighterman-agent", .timeLimit(.minutes(2)))
struct AgentProgramTests {
    private static let program = Binaries.agent

    @Test("The program reports, survives the restart of its engine, and ends within a second after SIGTERM")
    func life() async throws {
        let engine = FakeEngine()
        engine.set(FakeEngine.container("web"))
        let server = ReportServer()
        try await FakeCloud.run({ server.reply(to: $0) }) { cloud in
            let environment = ["DOCKERCLOUD_REST_HOST": cloud.url, "DOCKERCLOUD_USER": "acme+agent", "DOCKERCLOUD_APIKEY": "lm_secretkey"]
            let process = try ChildProcess(
                Self.program, ["--engine", "unix://\(engine.path)", "--name", "host1", "--verbose"], environment: environment)
            let result: Result<Void, any Error>
            do {
                try await engine.run { _ in _ = try await server.wait("the first report") { $0.map(\.name) == ["web"] } }
                engine.set()
                try await engine.run { _ in _ = try await server.wait("no container", where: \.isEmpty) }
                #expect(cloud.lines.allSatisfy { $0 == "PUT /api/app/v1/agent/host1/" })
                let start = ContinuousClock.now
                kill(process.id, SIGTERM)
                #expect(try await process.status(within: .seconds(5)) == 0)
                #expect(ContinuousClock.now - start < .seconds(1))
                result = .success(())
            } catch { result = .failure(error) }
            await process.stop()
            #expect(!(process.stdout + process.stderr).contains("lm_secretkey"))
            #expect(process.stderr.contains("the engine is watched"))
            #expect(server.violations == [])
            try result.get()
        }
    }

    @Test("A wrong setting ends the program with exit code 78 and says what to do; a wrong command line with 64")
    func settings() async throws {
        let unset = try await TestSupport.run(Self.program)
        #expect(unset.status == 78)
        #expect(unset.stderr.contains("Set DOCKERCLOUD_REST_HOST, for example to https://cloud.example"))
        let unknown = try await TestSupport.run(Self.program, ["--engin", "x"])
        #expect(unknown.status == 64)
    }

    @Test("An engine that does not run is reported in the log once, and the program goes on")
    func noEngine() async throws {
        let environment = ["DOCKERCLOUD_REST_HOST": "http://127.0.0.1:9", "DOCKERCLOUD_AUTH": "Basic YTpi"]
        let process = try ChildProcess(
            Self.program, ["--engine", "unix:///none/docker.sock", "--name", "host1"], environment: environment)
        try await Task.sleep(for: .seconds(3))
        #expect(process.isRunning)
        await process.stop()
        #expect(process.stderr.components(separatedBy: "there is no such socket").count == 2, "\(process.stderr)")
    }
}

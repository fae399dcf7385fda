import Foundation
import TestSupport
import Testing

@Suite("Server life cycle") struct LifecycleTests {
    @Test("Health checks are served without authentication") func answersHealthChecks() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            for path in ["/healthz", "/readyz"] {
                let result = try await run("curl", ["--silent", "--fail", "\(server.url)\(path)"])
                #expect(result.stdout == #"{"status":"ok"}"#)
            }
        }
    }

    @Test("The server exits with status 0 on SIGTERM and SIGINT, even with idle connections", arguments: [SIGTERM, SIGINT])
    func ends(_ signal: Int32) async throws {
        let folder = try TemporaryDirectory()
        let server = try await LightermanProcess(in: folder)
        let client = try APIClient(server)
        try await #expect(client.call("GET", "/api/repo/v1/repository/").status == 200)
        kill(server.id, signal)
        try await #expect(server.stop() == 0)
        #expect(server.log.contains("stopped"))
    }

    @Test("A request in progress is completed at shutdown") func drains() async throws {
        let folder = try TemporaryDirectory()
        let server = try await LightermanProcess(in: folder)
        let client = try APIClient(server)
        let port = try await SilentListener.start()
        async let answer = client.call("POST", "/api/repo/v1/repository/", #"{"name": "127.0.0.1:\#(port.number)/a/b"}"#)
        try await port.contacted()
        async let status = server.stop(within: .seconds(30))
        try await Task.sleep(for: .milliseconds(300))
        port.hangUp()
        try await #expect(answer.status == 201)
        try await #expect(status == 0)
    }

    @Test("The shutdown does not wait for requests beyond the drain timeout") func doesNotWaitForever() async throws {
        let folder = try TemporaryDirectory()
        let server = try await LightermanProcess(in: folder, ["--drain-timeout", "1"])
        let client = try APIClient(server)
        let port = try await SilentListener.start()
        async let answer = client.call("POST", "/api/repo/v1/repository/", #"{"name": "127.0.0.1:\#(port.number)/a/b"}"#)
        try await port.contacted()
        try await #expect(server.stop(within: .seconds(8)) == 0)
        _ = try? await answer
        port.hangUp()
    }

    @Test("The server serves HTTPS with a certificate, and nothing older than TLS 1.2") func servesHTTPS() async throws {
        let folder = try TemporaryDirectory()
        let (certificate, key) = (folder.path(of: "certificate.pem"), folder.path(of: "key.pem"))
        _ = try await run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ]
        ).succeeded()
        try await LightermanProcess.with(in: folder, ["--tls-certificate", certificate, "--tls-key", key]) { server in
            #expect(server.url.hasPrefix("https://127.0.0.1:"))
            let curl = ["--silent", "--fail", "--cacert", certificate, "\(server.url)/healthz"]
            try await #expect(run("curl", curl).status == 0)
            try await #expect(run("curl", ["--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"] + curl).status != 0)
        }
    }
}

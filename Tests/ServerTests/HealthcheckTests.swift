import TestSupport
import Testing

@Suite("lighterman healthcheck") struct HealthcheckTests {
    @Test("It succeeds while the server runs, and fails after the server has stopped") func follows() async throws {
        let folder = try TemporaryDirectory()
        let server = try await LightermanProcess(in: folder)
        try await #expect(check(server).status == 0)
        try await #expect(server.stop() == 0)
        let result = try await check(server)
        #expect(result.status == 1)
        #expect(result.stderr.hasPrefix("lighterman: \(server.url)/healthz: no response"), "\(result.stderr)")
    }

    @Test("A server that listens on all addresses is checked on the loopback address") func wildcard() async throws {
        let folder = try TemporaryDirectory()
        let server = try await LightermanProcess(in: folder, ["--trusted-proxy", "192.0.2.0/24"], listen: "0.0.0.0:0")
        try await #expect(check(server, ["--trusted-proxy", "192.0.2.0/24"]).status == 0)
        try await #expect(server.stop() == 0)
    }

    @Test("With a certificate, it uses HTTPS; its settings may come from the configuration file") func encrypted() async throws {
        let folder = try TemporaryDirectory()
        let (certificate, key) = (folder.path(of: "certificate.pem"), folder.path(of: "key.pem"))
        _ = try await run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout", key,
                "-out", certificate,
            ]
        ).succeeded()
        try await LightermanProcess.with(in: folder, ["--tls-certificate", certificate, "--tls-key", key]) { server in
            let settings = #"{"listen": "\#(address(of: server))", "tls-certificate": "\#(certificate)", "tls-key": "\#(key)"}"#
            let file = try folder.write(settings, to: "lighterman.json")
            try await #expect(run(Binaries.lighterman, ["healthcheck", "--config", file]).status == 0)
            // Plain http on the port of HTTPS.
            try await #expect(check(server).status == 1)
        }
    }

    @Test("It fails if a process accepts connections and does not respond") func silent() async throws {
        let port = try await SilentListener.start()
        let start = ContinuousClock.now
        let result = try await run(Binaries.lighterman, ["healthcheck", "--listen", "127.0.0.1:\(port.number)"])
        port.hangUp()
        #expect(result.status == 1)
        #expect(result.stderr.contains("no response within 5 seconds"), "\(result.stderr)")
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("Invalid settings are reported as such", arguments: [["--listen", "127.0.0.1:0"], ["--listen", "127.0.0.1"]])
    func invalid(_ arguments: [String]) async throws {
        let result = try await run(Binaries.lighterman, ["healthcheck"] + arguments)
        #expect(result.status == 78)
        #expect(result.stderr.contains("--listen must"), "\(result.stderr)")
    }

    private func check(_ server: LightermanProcess, _ arguments: [String] = []) async throws -> Finished {
        try await run(Binaries.lighterman, ["healthcheck", "--listen", address(of: server)] + arguments)
    }

    /// Host and port.
    private func address(of server: LightermanProcess) -> String {
        String(server.url.drop { $0 != "/" }.dropFirst(2))
    }
}

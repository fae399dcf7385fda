import Foundation
import TestSupport
import Testing

/// A failed start prints the reason in one line, and exits with a specific status.
@Suite("Failed starts") struct RefusalTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let status: Int32
        /// `DATA` is replaced by the path of a data directory that does not exist yet.
        let arguments: [String]
        var environment: [String: String] = [:]
        let says: String
    }

    static let refusals = [
        Refusal(testDescription: "data below a file", status: 74, arguments: ["--data", "/dev/null/data"], says: "/dev/null/data"),
        Refusal(
            testDescription: "an audit log below a file", status: 74, arguments: ["--audit-log", "/dev/null/audit"],
            says: "the audit log '/dev/null/audit' cannot be written"),
        Refusal(
            testDescription: "an audit log that is a folder", status: 74, arguments: ["--audit-log", "/"], says: "the audit log '/' cannot"),
        Refusal(
            testDescription: "an audit log in no folder", status: 74, arguments: ["--audit-log", "/nowhere/audit"], says: "/nowhere/audit"),
        Refusal(
            testDescription: "no retention", status: 78, arguments: ["--audit-retention", "0"], says: "--audit-retention must be at least"),
        Refusal(
            testDescription: "a retention above the limit", status: 78, arguments: ["--audit-retention", "36501"],
            says: "--audit-retention must be at most 36500"),
        Refusal(testDescription: "a retention that is not a number", status: 64, arguments: ["--audit-retention", "ever"], says: "ever"),
        Refusal(
            testDescription: "a retention in the environment that is not a number", status: 78, arguments: [],
            environment: ["LIGHTERMAN_AUDIT_RETENTION": "ever"], says: "audit-retention"),
        Refusal(
            testDescription: "plain http on all addresses", status: 78, arguments: ["--listen", "0.0.0.0:0"], says: "--tls-certificate"),
        Refusal(
            testDescription: "plain http beyond loopback, IPv6", status: 78, arguments: ["--listen", "[::]:0"], says: "--trusted-proxy"),
        Refusal(testDescription: "an address without a port", status: 78, arguments: ["--listen", "127.0.0.1"], says: "HOST:PORT"),
        Refusal(testDescription: "a port that is invalid", status: 78, arguments: ["--listen", "127.0.0.1:99999"], says: "HOST:PORT"),
        Refusal(
            testDescription: "metrics without a port", status: 78, arguments: ["--metrics", "9464"], says: "--metrics must be HOST:PORT"),
        Refusal(testDescription: "an unknown option", status: 64, arguments: ["--datta", "x"], says: "--datta"),
        Refusal(testDescription: "a number that is a word", status: 64, arguments: ["--drain-timeout", "soon"], says: "soon"),
        Refusal(testDescription: "no time to drain", status: 78, arguments: ["--drain-timeout", "0"], says: "--drain-timeout"),
        Refusal(testDescription: "a policy that is invalid", status: 78, arguments: ["--verify", "maybe"], says: "store, require, skip"),
        Refusal(testDescription: "a log level that is invalid", status: 78, arguments: ["--log-level", "loud"], says: "--log-level"),
        Refusal(testDescription: "a reserved name", status: 78, arguments: ["--admin", "repository"], says: "reserved"),
        Refusal(testDescription: "a name in upper case", status: 78, arguments: ["--admin", "Carol"], says: "Carol"),
        Refusal(
            testDescription: "a certificate without its key", status: 78, arguments: ["--tls-certificate", "/x"], says: "require each other"
        ),
        Refusal(
            testDescription: "a certificate that does not exist", status: 78, arguments: ["--tls-certificate", "/x", "--tls-key", "/y"],
            says: "the certificate '/x' cannot be read"),
        Refusal(
            testDescription: "a network that is invalid", status: 78, arguments: ["--trusted-proxy", "10.0.0.0/99"], says: "10.0.0.0/99"),
        Refusal(
            testDescription: "a registry without its port", status: 78,
            arguments: ["--allow", "10.0.0.0/8", "--allow", "registry.example"],
            says: "'registry.example' is not a registry with its port"),
        Refusal(testDescription: "a URL to allow", status: 78, arguments: ["--allow", "https://r.example:5000"], says: "(--allow)"),
        Refusal(
            testDescription: "a network in the environment that is invalid", status: 78, arguments: [],
            environment: ["LIGHTERMAN_ALLOW": "10.0.0.0/8,10.0.0.0/99"], says: "'10.0.0.0/99' is not"),
        Refusal(
            testDescription: "a URL with a path", status: 78, arguments: ["--public-url", "https://x.example/a"], says: "--public-url"),
        Refusal(
            testDescription: "a file that does not exist", status: 78, arguments: ["--config", "/nowhere.json"], says: "/nowhere.json"),
        Refusal(
            testDescription: "a number in the environment that is invalid", status: 78, arguments: [],
            environment: ["LIGHTERMAN_MAX_CONNECTIONS": "many"], says: "max-connections"),
        Refusal(
            testDescription: "a webhook that is no URL", status: 78, arguments: ["--webhook", "hooks.example"],
            says: "--webhook must be a URL"),
        Refusal(
            testDescription: "a webhook with a user name", status: 78, arguments: ["--webhook", "https://user@hooks.example"],
            says: "it contains a user name"),
        Refusal(
            testDescription: "a webhook without a secret", status: 78, arguments: ["--webhook", "https://hooks.example/"],
            says: "--webhook requires a secret of at least 32 characters"),
        Refusal(
            testDescription: "a webhook with a short secret", status: 78, arguments: ["--webhook", "https://hooks.example/"],
            environment: ["LIGHTERMAN_WEBHOOK_SECRET": "too short                         "],
            says: "--webhook requires a secret of at least 32 characters"),
        Refusal(
            testDescription: "a webhook whose secret does not exist", status: 78,
            arguments: ["--webhook", "https://hooks.example/", "--webhook-secret-file", "/nowhere"],
            says: "the file with the secret of the webhook '/nowhere' cannot be read"),
        Refusal(
            testDescription: "a webhook's secret without a URL", status: 78, arguments: ["--webhook-secret-file", "/x"],
            says: "require --webhook"),
        Refusal(
            testDescription: "a key in the environment that is invalid", status: 78, arguments: [],
            environment: ["LIGHTERMAN_KEK": "c2VjcmV0"], says: "LIGHTERMAN_KEK"),
    ]

    @Test("The server does not start with an invalid configuration", arguments: refusals) func forItsConfiguration(
        _ refusal: Refusal
    ) async throws {
        let folder = try TemporaryDirectory()
        let data = refusal.arguments.contains("--data") ? [] : ["--data", folder.path(of: "data")]
        let listen = refusal.arguments.contains("--listen") ? [] : ["--listen", "127.0.0.1:0"]
        try await expectRefusal(data + listen + refusal.arguments, refusal.environment, status: refusal.status, says: refusal.says)
    }

    @Test(
        "The server does not start with a file that has unknown settings or wrong types",
        arguments: [
            (#"{"listn": "127.0.0.1:0"}"#, "listn"), (#"{"drain-timeout": "soon"}"#, "drain-timeout"), ("[]", "JSON object"),
            ("{", "valid JSON"), (#"{"listen": 8080}"#, "listen"), (#"{"allow": "10.0.0.0/8"}"#, "allow"),
            (#"{"allow": ["registry.example"]}"#, "--allow"),
        ])
    func forItsFile(_ content: String, _ says: String) async throws {
        let folder = try TemporaryDirectory()
        let file = try folder.write(content, to: "config.json")
        try await expectRefusal(["--data", folder.path(of: "data"), "--config", file], status: 78, says: says)
    }

    @Test("The server does not start while another process uses the data or the port") func whileAnotherRuns() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            try await expectRefusal(
                ["--data", folder.path(of: "data"), "--listen", "127.0.0.1:0"], status: 69, says: "another process uses the data")
            let address = String(server.url.dropFirst("http://".count))
            try await expectRefusal(["--data", folder.path(of: "other"), "--listen", address], status: 69, says: "\(address) is taken")
        }
    }

    @Test("The server does not start with a key other than the one that sealed the data, and names both") func withAnotherKey() async throws
    {
        let (folder, other) = (try TemporaryDirectory(), try TemporaryDirectory())
        try await LightermanProcess.with(in: folder) { _ in }
        try await LightermanProcess.with(in: other) { _ in }
        let arguments = ["--data", folder.path(of: "data"), "--listen", "127.0.0.1:0"]
        let refusal = try await expectRefusal(arguments + ["--kek-file", other.path(of: "data.kek")], status: 78, says: "sealed with")
        #expect(refusal.matches(of: /[0-9a-f]{16}/).count == 2)
        #expect(refusal.contains("restore the key file from its copy, or name it with --kek-file"))
        try FileManager.default.removeItem(atPath: folder.path(of: "data.kek"))
        try await expectRefusal(arguments, status: 78, says: "no key is configured")
        #expect(!FileManager.default.fileExists(atPath: folder.path(of: "data.kek")), "a key was made for data that has one")
    }

    @Test("The server does not start with a key file that others can read") func withAReadableKeyFile() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        for mode in [0o640, 0o604, 0o644, 0o610] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path(of: "data.kek"))
            try await expectRefusal(
                ["--data", folder.path(of: "data"), "--listen", "127.0.0.1:0"], status: 78, says: "chmod 600")
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: folder.path(of: "data.kek"))
        try await LightermanProcess.with(in: folder) { _ in }
    }

    /// Expects only one line, or the usage for usage errors, and no crash.
    @discardableResult
    private func expectRefusal(
        _ arguments: [String], _ environment: [String: String] = [:], status: Int32, says: String
    ) async throws -> String {
        let result = try await run(Binaries.lighterman, ["serve"] + arguments, environment: environment)
        #expect(result.status == status)
        #expect(result.stdout.isEmpty)
        let complaints = result.stderr.split(separator: "\n").filter { !$0.contains(" NOTICE ") && !$0.contains(" WARNING ") }
        #expect(complaints.count == 1 || status == 64, "\(result.stderr)")
        #expect(result.stderr.contains(says), "\(result.stderr)")
        #expect(!result.stderr.contains("atal error") && !result.stderr.contains("c2VjcmV0"))
        return complaints.joined(separator: "\n")
    }
}

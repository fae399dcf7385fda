import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("The checks of doctor") struct CheckupTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test(
        "A certificate must be valid for two more weeks",
        arguments: [(-1.0, 30.0, "ok"), (-1, 15, "ok"), (-1, 13, "expires in 13 days"), (-9, -1, "expired on"), (1, 30, "valid only from")])
    func certificate(start: Double, end: Double, says: String) {
        let finding = Checkup.tls("tls.pem", from: Self.now + start * 86_400, to: Self.now + end * 86_400, at: Self.now)
        #expect(finding.line.contains(says) && finding.isGood == (says == "ok"), "\(finding)")
    }

    @Test("A clock that is before the last recorded action is wrong", arguments: [(0.0, true), (59, true), (61, false), (3600, false)])
    func clock(ahead: Double, isGood: Bool) {
        #expect(Checkup.clock(Self.now, newestAction: Self.now + ahead).isGood == isGood)
        #expect(Checkup.clock(Self.now, newestAction: nil).isGood)
    }

    @Test("Doctor prints one line for each check, and connects to each registry once without a credential")
    func lines() async throws {
        let folder = try TemporaryDirectory()
        let config = try folder.write(#"{"allow": ["127.0.0.0/8"]}"#, to: "lighterman.json")
        try await FaultyRegistry.run { registry in
            try await LightermanProcess.with(in: folder, ["--allow", "127.0.0.0/8"]) { server in
                let body = #"{"name": "\#(registry.authority)/team/image", "username": "carol", "password": "sesame"}"#
                try await #expect(APIClient(server).call("POST", "/api/repo/v1/repository/?verify=false", body).status == 201)
            }
            let result = try await Self.doctor(folder, ["--config", config])
            #expect(result.status == 0 && result.stderr.isEmpty, "\(result)")
            let checks = result.stdout.split(separator: "\n").map { $0.prefix { $0 != ":" } }
            #expect(checks == ["modes", "descriptors", "clock", "database", "keys", "rows", "registries"].map { "ok \($0)" }, "\(result)")
        }
        let result = try await Self.doctor(folder, ["--config", config])
        #expect(result.status == 1 && result.stdout.contains("FAILED registries: The request to 127.0.0.1:"), "\(result)")
        #expect(try await Self.doctor(folder, ["--offline"]).status == 0)
    }

    @Test("Doctor reports each file that others can use, and a certificate that has expired")
    func modes() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let certificate = try await RegistryCertificate.signed(days: -1, in: folder)
        let config = try folder.write(
            #"{"tls-certificate": "\#(certificate.certificatePath)", "tls-key": "\#(certificate.keyPath)"}"#, to: "lighterman.json")
        let expired = try await Self.doctor(folder, ["--offline", "--config", config])
        #expect(
            expired.status == 1 && expired.stdout.contains("FAILED tls: the certificate '\(certificate.certificatePath)' "), "\(expired)")
        #expect(expired.stdout.contains("ok rows: "), "the other checks go on")
        for file in ["data", "data.kek", "data.revoked"] { chmod(folder.path(of: file), 0o666) }
        let result = try await Self.doctor(folder, ["--offline"])
        let lines = result.stdout.split(separator: "\n").filter { $0.hasPrefix("FAILED modes: ") }
        #expect(result.status == 1 && lines.count == 3, "\(result)")
    }

    @Test("Doctor finds a damaged database", .enabled(if: ProgramPath.find("sqlite3") != nil, "sqlite3 is not installed"))
    func damaged() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let database = folder.path(of: "data/lighterman.sqlite")
        #expect(try await Self.doctor(folder, ["--offline"]).stdout.contains("ok database: it is intact"))
        let page = try await run("sqlite3", [database, "SELECT rootpage FROM sqlite_schema WHERE name = 'action_counts'"]).succeeded()
        let number = try #require(Int(page.trimmingCharacters(in: .whitespacesAndNewlines)))
        let file = try FileHandle(forWritingTo: URL(filePath: database))
        try file.seek(toOffset: UInt64((number - 1) * 4096))
        try file.write(contentsOf: Data(repeating: 0xFF, count: 100))
        try file.close()
        let result = try await Self.doctor(folder, ["--offline"])
        #expect(result.status == 1 && result.stdout.contains("FAILED database: it is damaged, restore a backup"), "\(result)")
    }

    private static func doctor(_ folder: TemporaryDirectory, _ arguments: [String] = []) async throws -> Finished {
        try await run(Binaries.lighterman, ["doctor", "--data", folder.path(of: "data")] + arguments)
    }
}

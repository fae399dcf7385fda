import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@Suite("Key rotation") struct RotateTests {
    @Test("rotate rewraps every secret, keeps the old key for backups, and does not affect clients") func wrapsEverySecretAnew()
        async throws
    {
        let folder = try TemporaryDirectory()
        let names = (0..<7).map { "registry.invalid/team/image\($0)" }
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            for name in names {
                let body = #"{"name": "\#(name)", "username": "carol", "password": "sesame"}"#
                let answer = try await client.call("POST", "/api/repo/v1/repository/?verify=false", body)
                #expect(answer.status == 201)
            }
        }
        let before = try keys(in: folder)
        let output = try await rotate(folder).succeeded()
        let after = try keys(in: folder)
        #expect(output.hasPrefix("7 credentials are sealed with the key "))
        #expect(after.count == 2 && after.last == before.first && before.count == 1)

        // Without the old key's line, every secret still opens: updating only the password needs the stored user name.
        try Data((after[0] + "\n").utf8).write(to: URL(filePath: folder.path(of: "data.kek")))
        try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            for name in names {
                let answer = try await client.call("PATCH", "/api/repo/v1/repository/\(name)/?verify=false", #"{"password": "x"}"#)
                #expect(answer.status == 202)
            }
        }
    }

    @Test("rotate continues with the new key of an interrupted rotation") func goesOn() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let old = try keys(in: folder)
        let new = Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
        try Data("\(new)\n\(old[0])\n".utf8).write(to: URL(filePath: folder.path(of: "data.kek")))
        #expect(try await rotate(folder).status == 0)
        #expect(try keys(in: folder) == [new, old[0]], "a third key was made")
    }

    @Test("rotate fails while the server runs, without data, and without the key") func isRefused() async throws {
        let folder = try TemporaryDirectory()
        let empty = try await rotate(folder)
        #expect(empty.status == 78 && empty.stderr.contains("has no data yet"))
        try FileManager.default.removeItem(atPath: folder.path(of: "data"))
        try await LightermanProcess.with(in: folder) { _ in
            let result = try await rotate(folder)
            #expect(result.status == 69 && result.stderr.contains("another process uses the data"))
        }
        try FileManager.default.removeItem(atPath: folder.path(of: "data.kek"))
        let result = try await rotate(folder)
        #expect(result.status == 78 && result.stderr.contains("no key is configured"))
    }

    @Test("rotate --deployment-secret invalidates tokens and keeps API keys valid, which are hashed again at their next use")
    func replacesTheSecret() async throws {
        let folder = try TemporaryDirectory()
        let (key, token) = try await LightermanProcess.with(in: folder) { server in
            let client = try APIClient(server)
            let key = try #require(try await client.makeKey().key)
            let body = try await client.call("GET", "/token?service=x").decoded([String: TokenMember].self)
            let token = try #require(body["token"]?.text)
            try await #expect(Self.status("GET", "\(server.url)/v2/", "Bearer \(token)") == 200)
            return (key, token)
        }
        for _ in 1...2 {
            let result = try await rotate(folder, ["--deployment-secret"])
            #expect(result.status == 0 && result.stdout.hasPrefix("the deployment secret was replaced: "), "\(result)")
            try await LightermanProcess.with(in: folder) { server in
                try await #expect(Self.status("GET", "\(server.url)/v2/", "Bearer \(token)") == 401)
                for client in [try APIClient(server), APIClient(server, account: "admin", key: key)] {
                    try await #expect(client.call("GET", "/api/repo/v1/repository/").status == 200)
                }
            }
        }
        let checkup = try await run(Binaries.lighterman, ["doctor", "--data", folder.path(of: "data"), "--offline"])
        #expect(checkup.status == 0 && checkup.stdout.contains("ok rows: all rows verify\n"), "\(checkup)")
        #expect(try keys(in: folder).count == 1, "the key-encryption key is another matter")
    }

    /// A member of a response that has strings and numbers.
    private struct TokenMember: Decodable {
        let text: String?

        init(from decoder: any Decoder) throws { text = try? decoder.singleValueContainer().decode(String.self) }
    }

    private static func status(_ method: String, _ url: String, _ authorization: String) async throws -> UInt {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        request.headers.add(name: "Authorization", value: authorization)
        return try await HTTPClient.shared.execute(request, timeout: .seconds(30)).status.code
    }

    private func rotate(_ folder: TemporaryDirectory, _ options: [String] = []) async throws -> Finished {
        try await run(Binaries.lighterman, ["rotate", "--data", folder.path(of: "data")] + options)
    }

    private func keys(in folder: TemporaryDirectory) throws -> [String] {
        try String(contentsOfFile: folder.path(of: "data.kek"), encoding: .utf8).split(separator: "\n").map(String.init)
    }
}

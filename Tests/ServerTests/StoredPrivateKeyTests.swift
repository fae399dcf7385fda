import Foundation
import TestSupport
import Testing

/// Earlier versions stored a private key that was sent with `ca_certificate`.
@Suite("Private keys that an earlier version stored") struct StoredPrivateKeyTests {
    private static let canary = "MC4CAQAwBQYDK2VwBCIEIcanaryCanaryCANARYcanaryCanaryCANARYcanary"

    @Test("A start removes the key from the files of the data and logs that once")
    func start() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { server in
            let body = #"{"name": "registry.invalid/team/image", "username": "carol", "password": "sesame"}"#
            try await #expect(APIClient(server).call("POST", "/api/repo/v1/repository/?verify=false", body).status == 201)
        }
        let text = "\(SamplePEM.authority)-----BEGIN PRIVATE KEY-----\n\(Self.canary)\n-----END PRIVATE KEY-----\n"
        let database = folder.path(of: "data/lighterman.sqlite")
        _ = try await run("sqlite3", [database, "UPDATE registries SET certificate_authorities = '\(text)'"]).succeeded()
        #expect(try isFound(in: folder))
        for isFirst in [true, false] {
            try await LightermanProcess.with(in: folder) { server in
                #expect(try !isFound(in: folder))
                #expect(server.log.contains("removed private keys") == isFirst)
                let actions = try await APIClient(server).call("GET", "/api/audit/v1/action/?action=Registry%20Update").text
                #expect(actions.components(separatedBy: "a private key was removed from ca_certificate").count == 2)
            }
            #expect(try !isFound(in: folder))
        }
    }

    private func isFound(in folder: TemporaryDirectory) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "data")).contains { name in
            try Data(contentsOf: URL(filePath: folder.path(of: "data/\(name)"))).range(of: Data(Self.canary.utf8)) != nil
        }
    }
}

import Foundation
import TestSupport
import Testing

/// A data directory with a repository, and its backup.
struct BackupScene {
    let folder: TemporaryDirectory
    let backup: String
    /// A key that was valid when the backup was created.
    let key: String

    static let image = "/api/repo/v1/repository/registry.invalid/team/image/"

    /// - Parameter after: runs after the backup, while the server still runs.
    init(after: (APIClient, _ key: String) async throws -> Void = { _, _ in }) async throws {
        let folder = try TemporaryDirectory()
        let backup = folder.path(of: "backup.tar")
        key = try await LightermanProcess.with(in: folder) { server in
            let admin = try APIClient(server)
            let body = #"{"name": "registry.invalid/team/image", "username": "carol", "password": "sesame"}"#
            try await #expect(admin.call("POST", "/api/repo/v1/repository/?verify=false", body).status == 201)
            let key = try #require(try await admin.makeKey().key)
            let result = try await run(Binaries.lighterman, ["backup", backup, "--data", folder.path(of: "data")])
            try #require(result.status == 0, "\(result)")
            #expect(result.stdout.hasPrefix("stored the backup '\(backup)' (") && result.stdout.split(separator: "\n").count == 1)
            try await after(admin, key)
            return key
        }
        (self.folder, self.backup) = (folder, backup)
    }

    /// Runs `lighterman restore` on a data directory, by default a new one, with the key file and the journal of the original.
    func restore(
        _ file: String? = nil, into data: String = "restored", kek: String = "data.kek", revocations: String = "data.revoked",
        _ more: [String] = []
    ) async throws -> Finished {
        try await run(
            Binaries.lighterman,
            [
                "restore", file ?? backup, "--data", folder.path(of: data), "--kek-file", folder.path(of: kek), "--revocations",
                folder.path(of: revocations),
            ] + more)
    }

    /// Starts a server on a data directory, with the key file and the journal of the original.
    func serve<Value>(_ data: String, _ body: (LightermanProcess) async throws -> Value) async throws -> Value {
        let arguments = [
            "--data", folder.path(of: data), "--kek-file", folder.path(of: "data.kek"), "--revocations", folder.path(of: "data.revoked"),
            "--admin-env", folder.path(of: "data.env"),
        ]
        return try await LightermanProcess.with(in: folder, arguments, body)
    }

    /// The names in the folder, without those of this scene.
    func others() throws -> [String] {
        let own: Set = ["data", "data.kek", "data.revoked", "data.env", "backup.tar"]
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !own.contains($0) }.sorted()
    }
}

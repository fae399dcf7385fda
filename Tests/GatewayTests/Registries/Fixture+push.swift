import Domain
import Naming
import Operations
import Storage
import TestSupport

extension Fixture {
    /// Approves the registry of the test with this token realm.
    func approve(realm: String) async throws {
        let trust = RegistryTrust(isApproved: true, realm: realm)
        let registry = Registry(authority: try RegistryAuthority(parsing: registry.authority), isSSL: false, trust: trust)
        try await backend.decoratedStore.write { try $0.configure(registry) }
    }

    /// Starts an upload, sends the sample blob in one part, and completes the upload.
    ///
    /// - Returns: the statuses of `POST`, `PATCH` and `PUT`, up to the first failure.
    func push(to path: String = Fixture.image) async throws -> [Int] {
        let begun = try await send("POST", "blobs/uploads/", of: path)
        guard begun.status == 202, let first = begun["Location"] else { return [begun.status] }
        let sent = try await server.send(server.request("PATCH", first, body: Sample.blob))
        guard sent.status == 202, let second = sent["Location"] else { return [202, sent.status] }
        let mark = second.contains("?") ? "&" : "?"
        return [202, 202, try await server.send("PUT", "\(second)\(mark)digest=\(Sample.blobDigest)").status]
    }

    /// Pushes the sample manifest.
    func pushManifest(_ reference: String = "v2", of path: String = Fixture.image) async throws -> RawResponse {
        try await send("PUT", "manifests/\(reference)", of: path, [("Content-Type", Sample.manifestType)], body: Sample.manifest)
    }
}

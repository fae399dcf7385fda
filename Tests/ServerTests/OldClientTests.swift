import Foundation
import TestSupport
import Testing

enum OldClients {
    /// The folder with the clients; nil if they are not installed.
    static let folder = ProcessInfo.processInfo.environment["OLD_CLIENTS"].flatMap { folder in
        FileManager.default.isExecutableFile(atPath: "\(folder)/bin/python") ? folder : nil
    }
}

/// Docker Cloud's own clients, unmodified, with the server and a real registry; see `Tests/OldClients`.
@Suite(
    "Docker Cloud's own clients", .enabled(if: DockerRegistry.isInstalled, "docker-registry is not installed"),
    .enabled(if: OldClients.folder != nil, "OLD_CLIENTS does not name a folder that Tests/OldClients/install made"))
struct OldClientTests {
    @Test("Docker Cloud's own clients complete all documented operations", .timeLimit(.minutes(10))) func doAllThatWasDocumented()
        async throws
    {
        let clients = try #require(OldClients.folder)
        let scripts = "\(Binaries.package)/Tests/OldClients"
        try await DockerRegistry.run(users: ["carol": "sesame"]) { registry in
            try await registry.push("user1/image1", tag: "v1", as: "carol")
            let folder = try TemporaryDirectory()
            try await LightermanProcess.with(in: folder) { server in
                let organization = try await APIClient(server).call("POST", "/api/account/v1/organization/", #"{"name": "acme"}"#)
                #expect(organization.status == 201)
                let settings = [
                    "TEST_REGISTRY": registry.authority, "TEST_REGISTRY_USER": "carol", "TEST_REGISTRY_PASSWORD": "sesame",
                    "TEST_REPOSITORY": "\(registry.authority)/user1/image1", "OLD_CLIENTS": clients,
                    "PYTHONPATH": "\(scripts)/shim:\(scripts)", "PYTHONDONTWRITEBYTECODE": "1", "HOME": folder.path,
                    "TEST_ORGANIZATION": "acme",
                ]
                let result = try await run(
                    "\(clients)/bin/python", ["-m", "unittest", "-v", "organization_test", "sdk_test", "cli_test"],
                    environment: settings.merging(server.administratorEnvironment()) { $1 }, timeout: .seconds(300))
                #expect(result.status == 0, "\(result.stderr)")
                print(result.stderr.split(separator: "\n").suffix(3).joined(separator: " "))
            }
        }
    }
}

@Suite(
    "Docker Cloud's own clients and long lists",
    .enabled(if: OldClients.folder != nil, "OLD_CLIENTS does not name a folder that Tests/OldClients/install made"),
    .enabled(if: ProgramPath.find("sqlite3") != nil, "sqlite3 is not installed"))
struct OldClientPagingTests {
    @Test("Docker Cloud's own clients read 3,000 repositories, and a list whose total is not counted", .timeLimit(.minutes(3)))
    func pages() async throws {
        let clients = try #require(OldClients.folder)
        let scripts = "\(Binaries.package)/Tests/OldClients"
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        let sql = """
            INSERT INTO registries (authority, is_approved, is_plain_http) VALUES ('counted.example', 1, 0), ('other.example', 1, 0);
            WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < 13049),
                names (i, authority) AS (SELECT i, iif(i < 3000, 'counted.example', 'other.example') FROM n)
            INSERT INTO repositories (id, namespace, name, authority, state, pull, push, silences, created, modified)
            SELECT printf('%08x-0000-4000-8000-000000000000', i), (SELECT name FROM accounts), authority || '/team/image-' || i, authority,
                'Verified', 'yes', 'yes', 0, 0, 0 FROM names;
            INSERT INTO repository_counts SELECT namespace, authority, count(*) FROM repositories GROUP BY namespace, authority;
            """
        _ = try await run("sqlite3", [folder.path(of: "data/lighterman.sqlite"), sql]).succeeded()
        // Rows that were inserted without the server are not used until they are signed.
        _ = try await run(Binaries.lighterman, ["doctor", "--data", folder.path(of: "data"), "--sign-all"]).succeeded()
        try await LightermanProcess.with(in: folder) { server in
            let settings = [
                "OLD_CLIENTS": clients, "PYTHONPATH": "\(scripts)/shim:\(scripts)", "PYTHONDONTWRITEBYTECODE": "1", "HOME": folder.path,
                "TEST_REGISTRY": "", "TEST_REGISTRY_USER": "", "TEST_REGISTRY_PASSWORD": "", "TEST_REPOSITORY": "",
                "TEST_ORGANIZATION": "",
            ]
            let result = try await run(
                "\(clients)/bin/python", ["-m", "unittest", "-v", "pages_test"],
                environment: settings.merging(server.administratorEnvironment()) { $1 }, timeout: .seconds(120))
            #expect(result.status == 0, "\(result.stderr)")
        }
    }
}

@Suite("Demonstration", .enabled(if: DockerRegistry.isInstalled, "docker-registry is not installed"))
struct DemonstrationTests {
    @Test("The demonstration runs from start to end") func runs() async throws {
        let result = try await run("\(Binaries.package)/Demo/demo", [Binaries.folder], timeout: .seconds(120))
        #expect(result.status == 0, "\(result.stdout)\(result.stderr)")
    }
}

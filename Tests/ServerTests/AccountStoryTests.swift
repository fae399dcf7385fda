import Foundation
import TestSupport
import Testing

/// `docker-cloud`, as used by several people and a robot.
@Suite("docker-cloud with an organization") struct AccountStoryTests {
    /// A user at a shell.
    private struct Person {
        let environment: [String: String]

        init(_ server: LightermanProcess, _ user: String, key: String, namespace: String? = nil) {
            var environment = ["DOCKERCLOUD_REST_HOST": server.url, "DOCKERCLOUD_USER": user, "DOCKERCLOUD_APIKEY": key]
            environment["DOCKERCLOUD_NAMESPACE"] = namespace
            self.environment = environment
        }

        /// The lines that a command prints. It must succeed.
        @discardableResult
        func does(_ command: String...) async throws -> [String] {
            try await run(Binaries.dockerCloud, command, environment: environment).succeeded().split(separator: "\n").map(String.init)
        }

        /// The error of a command. It must fail in the same way as Docker Cloud's command lines.
        func fails(_ command: String...) async throws -> String {
            let result = try await run(Binaries.dockerCloud, command, environment: environment)
            #expect(result.status == 3, "\(command): \(result.stdout)\(result.stderr)")
            #expect(result.stdout.isEmpty)
            return result.stderr
        }
    }

    private let scopes = ["account:admin", "audit:read", "pull", "repository:read", "repository:write"].flatMap { ["--scope", $0] }

    @Test("An organization is set up, from its first user to a robot with a restricted key, and removed again") func story() async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder, ["--verify", "skip"]) { server in
            let environment = try server.administratorEnvironment()
            let admin = Person(server, "admin", key: try #require(environment["DOCKERCLOUD_APIKEY"]))
            let alice = try await arrival(of: "alice", at: server, by: admin)
            try await foundation(by: alice)
            let bob = try await arrival(of: "bob", at: server, by: admin)
            try await membership(of: bob, by: alice)
            let id = try await robot(of: alice, at: server)
            try await trail(of: id, for: alice)
            try await disabling(of: alice, by: admin)
            try await end(by: alice)
        }
    }

    private func arrival(of name: String, at server: LightermanProcess, by admin: Person) async throws -> Person {
        #expect(try await admin.does("user", "create", name) == [name])
        let made = try await run(
            Binaries.dockerCloud, ["apikey", "create", "--for", name, "--label", "first key"] + scopes, environment: admin.environment)
        let key = try made.succeeded().trimmingCharacters(in: .newlines)
        #expect(key.hasPrefix("lm_"))
        #expect(try await admin.does("user", "inspect", name).contains { $0.contains("\"is_administrator\": false") })
        return Person(server, name, key: key, namespace: "acme")
    }

    private func foundation(by alice: Person) async throws {
        #expect(try await alice.does("organization", "create", "acme") == ["acme"])
        #expect(try await alice.does("organization", "ls").last?.split(separator: " ") == ["acme", "admin"])
        #expect(try await alice.does("organization", "inspect", "acme").contains { $0.contains("/api/account/v1/organization/acme/") })
        #expect(try await alice.fails("organization", "create", "acme").contains("The name 'acme'"))
        for name in ["registry.invalid/team/a", "registry.invalid/team/b/c", "registry.invalid/other"] {
            #expect(try await alice.does("repository", "register", "-u", "u", "-p", "p", name) == [name])
        }
        #expect(try await alice.fails("user", "ls").contains("server administrator"))
    }

    private func membership(of bob: Person, by alice: Person) async throws {
        #expect(try await bob.fails("repository", "ls").contains("There is no namespace 'acme'"))
        #expect(try await alice.does("member", "set", "bob", "read") == ["bob"])
        #expect(try await alice.does("member", "set", "bob", "write") == ["bob"])
        #expect(
            try await alice.does("member", "ls").map { $0.split(separator: " ") } == [
                ["NAME", "PERMISSION"], ["alice", "admin"], ["bob", "write"],
            ])
        #expect(try await bob.does("member", "inspect", "bob").contains { $0.contains("\"permission\": \"write\"") })
        #expect(try await bob.does("repository", "ls", "-q").count == 3)
        #expect(try await bob.fails("repository", "rm", "registry.invalid/other").contains("needs the permission 'admin' in 'acme'"))
        #expect(try await bob.does("member", "rm", "bob") == ["bob"])
        #expect(try await bob.fails("repository", "ls").contains("There is no namespace 'acme'"))
        #expect(try await alice.fails("member", "rm", "alice").contains("at least one admin"))
    }

    /// - Returns: the ID of the robot's key, which is revoked.
    private func robot(of alice: Person, at server: LightermanProcess) async throws -> String {
        #expect(try await alice.does("robot", "create", "acme+ci") == ["acme+ci"])
        #expect(try await alice.does("robot", "set", "ci", "write") == ["acme+ci"])
        #expect(try await alice.does("robot", "ls").last?.split(separator: " ") == ["acme+ci", "write"])
        #expect(try await alice.does("robot", "inspect", "acme+ci").contains { $0.contains("\"account\": \"acme+ci\"") })
        let key = try #require(
            try await alice.does("apikey", "create", "--for", "acme+ci", "--expires", "30", "--repository", "registry.invalid/team/*").last)
        let robot = Person(server, "acme+ci", key: key)
        #expect(try await robot.does("repository", "ls", "-q") == ["registry.invalid/team/a", "registry.invalid/team/b/c"])
        #expect(
            try await robot.does("repository", "inspect", "registry.invalid/team/a").contains {
                $0.contains("/api/repo/v1/acme/repository/")
            })
        for name in ["registry.invalid/other", "registry.invalid/nothing"] {
            #expect(try await robot.fails("repository", "inspect", name).contains("restricted to registry.invalid/team/*"))
        }
        #expect(try await robot.fails("repository", "rm", "registry.invalid/team/a").contains("lacks the scope 'repository:write'"))
        #expect(try await robot.fails("apikey", "create").contains("lacks the scope 'account:admin'"))

        let ids = try await alice.does("apikey", "ls", "--for", "acme+ci", "-q")
        let id = try #require(ids.count == 1 ? ids.first : nil)
        let inspected = try await alice.does("apikey", "inspect", id).joined()
        #expect(inspected.contains("registry.invalid/team/*") && !inspected.contains(key.suffix(49)))
        #expect(try await alice.does("apikey", "revoke", id, id) == [id, id])
        #expect(try await robot.fails("repository", "ls").contains("401"))
        #expect(try await alice.does("apikey", "ls", "--for", "acme+ci").last?.hasSuffix("revoked") == true)
        return id
    }

    private func trail(of id: String, for alice: Person) async throws {
        let object = ["action", "ls", "-q", "--object", "/api/account/v1/apikey/\(id)/"]
        func uuids() async throws -> [Substring] {
            try await run(Binaries.dockerCloud, object, environment: alice.environment).succeeded().split(separator: "\n")
        }
        // The use of the revoked key is recorded within seconds after it.
        let end = ContinuousClock.now + .seconds(30)
        while try await uuids().count < 3, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(100)) }
        let found = try await uuids()
        try #require(found.count == 3)
        let use = try await alice.does("action", "inspect", String(found[0].prefix(13))).joined()
        #expect(use.contains("\"API Key Use\"") && use.contains("\"Failed\"") && use.contains("\"user\": \"acme+ci\""))
        let revocation = try await alice.does("action", "inspect", String(found[1].prefix(13))).joined()
        #expect(revocation.contains("\"API Key Delete\"") && revocation.contains("\"user\": \"alice\""))
        #expect(try await alice.does("action", "ls", "-l", "4").count == 5)
        let failed = try await alice.does("action", "ls", "--state", "failed").dropFirst()
        #expect(!failed.isEmpty && failed.allSatisfy { $0.contains("Failed") })
        #expect(failed.contains { $0.contains("Repository Delete") && $0.contains("acme+ci") })
    }

    private func disabling(of alice: Person, by admin: Person) async throws {
        #expect(try await admin.does("user", "disable", "alice") == ["alice"])
        #expect(try await alice.fails("repository", "ls").contains("401"))
        #expect(try await admin.does("user", "ls").map { $0.split(separator: " ") }.contains(["alice", "no", "yes"]))
        #expect(try await admin.does("user", "enable", "alice") == ["alice"])
        #expect(try await admin.fails("user", "disable", "admin").contains("the last server administrator"))
    }

    private func end(by alice: Person) async throws {
        #expect(try await alice.fails("organization", "rm", "acme").contains("has repositories, 3 of them"))
        for name in try await alice.does("repository", "ls", "-q") { try await alice.does("repository", "rm", name) }
        #expect(try await alice.does("robot", "rm", "acme+ci") == ["acme+ci"])
        #expect(try await alice.does("organization", "rm", "acme") == ["acme"])
        #expect(try await alice.fails("member", "ls").contains("There is no namespace 'acme'"))
    }
}

import FakeCloud
import Testing

@Suite struct OrganizationTests {
    @Test("Organizations are listed with the caller's permission")
    func list() async throws {
        let objects = [Body.organization("acme"), Body.organization("tools", permission: "read")]
        try await FakeCloud.run { _ in
            .page(objects)
        } _: { cloud in
            let shell = await Shell.run(["organization", "ls"], at: cloud)
            #expect(
                shell.output == [
                    """
                    NAME   PERMISSION
                    acme   admin
                    tools  read
                    """
                ])
            #expect(cloud.lines == ["GET /api/account/v1/organization/?limit=250"])
            #expect(await Shell.run(["organization", "ls", "-q"], at: cloud).output == ["acme", "tools"])
            let json = await Shell.run(["organization", "ls", "-o", "json"], at: cloud)
            #expect(json.output == ["[\n  \(objects[0]),\n  \(objects[1])\n]"])
        }
    }

    @Test("Several organizations are created in order, and a name that is taken does not stop the rest")
    func create() async throws {
        try await FakeCloud.run { request in
            request.body.contains("taken")
                ? .failure(409, "The name is taken") : .response(status: 201, body: Body.organization(request.members["name"] ?? ""))
        } _: { cloud in
            let shell = await Shell.run(["organization", "create", "acme", "taken", "Tools", "tools"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["acme", "tools"])
            #expect(
                shell.errors == [
                    "taken: The name is taken (409)",
                    "Tools: Not a valid name: a namespace has 2 to 30 lower-case letters and digits, single dashes between them",
                ])
            #expect(cloud.lines == Array(repeating: "POST /api/account/v1/organization/", count: 3))
        }
    }

    @Test("Inspecting an organization prints the server's whole object, indented")
    func inspect() async throws {
        try await FakeCloud.run { _ in
            .ok(Body.organization())
        } _: { cloud in
            let shell = await Shell.run(["organization", "inspect", "acme"], at: cloud)
            #expect(shell.status == 0)
            #expect(shell.output.first?.contains("\n  \"permission\": \"admin\",\n") == true)
            #expect(cloud.lines == ["GET /api/account/v1/organization/acme/"])
        }
    }

    @Test("Removing continues after an organization that still has repositories")
    func remove() async throws {
        try await FakeCloud.run { request in
            request.target.contains("acme") ? .failure(409, "acme still has 3 repositories") : .noContent
        } _: { cloud in
            let shell = await Shell.run(["organization", "rm", "acme", "tools"], at: cloud)
            #expect(shell.status == 3)
            #expect(shell.output == ["tools"])
            #expect(shell.errors == ["acme: acme still has 3 repositories (409)"])
            #expect(cloud.lines == ["DELETE /api/account/v1/organization/acme/", "DELETE /api/account/v1/organization/tools/"])
        }
    }
}

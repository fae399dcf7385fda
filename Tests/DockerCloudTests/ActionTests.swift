import DockerCloud
import FakeCloud
import Testing

@Suite struct ActionTests {
    private static let uuid = "0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f"
    private static let other = "0b5f8e6c-0000-4c1e-9f2b-1a2b3c4d5e6f"

    private func find(_ text: String, among uuids: [String]) async throws -> (result: Result<Action, DockerCloudError>, lines: [String]) {
        try await FakeCloud.run { request in
            request.target.contains("startswith") ? .page(uuids.map { Body.action($0) }) : .ok(Body.action())
        } _: { cloud in
            let actions = try cloud.client(namespace: "acme").actions
            do throws(DockerCloudError) {
                return (.success(try await actions.find(text)), cloud.lines)
            } catch {
                return (.failure(error), cloud.lines)
            }
        }
    }

    @Test("An action with a whole UUID in either case is requested by its path", arguments: [uuid, uuid.uppercased()])
    func whole(text: String) async throws {
        let (result, lines) = try await find(text, among: [])
        #expect(try result.get().uuid == Self.uuid)
        #expect(lines == ["GET /api/audit/v1/acme/action/\(Self.uuid)/"])
    }

    @Test("A unique prefix of a UUID finds the action", arguments: ["0b5f8e6c", "0B5F8E6C", "0b5f8e6c-7"])
    func prefix(text: String) async throws {
        let (result, lines) = try await find(text, among: [Self.uuid])
        #expect(try result.get().uuid == Self.uuid)
        #expect(lines == ["GET /api/audit/v1/acme/action/?uuid__startswith=\(text.lowercased())&limit=5"])
    }

    @Test("An ambiguous UUID prefix is an error that lists the UUIDs")
    func ambiguous() async throws {
        let error = try await failure("0b5f8e6c", among: [Self.uuid, Self.other])
        #expect(error?.code == .ambiguous && error?.status == nil)
        #expect(
            error?.description == "The UUIDs of several actions start with '0b5f8e6c', such as \(Self.uuid), \(Self.other)")
    }

    @Test("A UUID prefix without a match is an error")
    func none() async throws {
        let error = try await failure("0b5f", among: [])
        #expect(error?.code == .noMatch && error?.status == nil)
        #expect(error?.description == "No action has a UUID that starts with '0b5f'")
    }

    @Test(
        "An invalid or empty UUID prefix is refused without a request",
        arguments: ["", "xyz", "0b5f ", "../0b5f", uuid + "0", "+b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f"])
    func nonsense(text: String) async throws {
        let (result, lines) = try await find(text, among: [Self.uuid])
        guard case .failure(let error) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(error.code == .invalidName)
        #expect(lines.isEmpty)
    }

    @Test("get(_:) of an action requires the whole UUID", arguments: ["", "0b5f8e6c", uuid + "0"])
    func get(text: String) async throws {
        try await FakeCloud.run { _ in
            .ok(Body.action())
        } _: { cloud in
            await #expect(throws: DockerCloudError.self) { _ = try await cloud.client().actions.get(text) }
            #expect(cloud.requests.isEmpty)
        }
    }

    private func failure(_ text: String, among uuids: [String]) async throws -> DockerCloudError? {
        guard case .failure(let error) = try await find(text, among: uuids).result else { return nil }
        return error
    }
}

import DockerCloud
import FakeCloud
import FoundationEssentials
import Testing

@Suite struct AccountListTests {
    /// Iterates over a list. Returns the number of objects and the request lines.
    private func walk<Element>(
        namespace: String? = nil, _ objects: [String], _ list: (DockerCloudClient) throws -> Listing<Element>
    ) async throws -> (count: Int, lines: [String]) {
        try await FakeCloud.run { _ in
            .page(objects)
        } _: { cloud in
            var count = 0
            for try await _ in try list(cloud.client(namespace: namespace)) { count += 1 }
            return (count, cloud.lines)
        }
    }

    @Test("Each list is requested at its own path, with its filters")
    func paths() async throws {
        let users = try await walk([Body.user(), Body.user("dave")]) { try $0.users.list() }
        #expect(users == (2, ["GET /api/account/v1/user/"]))
        let disabled = try await walk([]) { try $0.users.list(name: "carol", isDisabled: true, pageSize: 7) }
        #expect(disabled == (0, ["GET /api/account/v1/user/?name=carol&is_disabled=true&limit=7"]))
        let organizations = try await walk(namespace: "acme", [Body.organization()]) { try $0.organizations.list(pageSize: 7) }
        #expect(organizations == (1, ["GET /api/account/v1/organization/?limit=7"]))
        let members = try await walk([Body.member()]) { try $0.members(of: "acme").list(pageSize: 7) }
        #expect(members == (1, ["GET /api/account/v1/organization/acme/member/?limit=7"]))
        let robots = try await walk(namespace: "acme", [Body.robot()]) { try $0.robots.list(pageSize: 7) }
        #expect(robots == (1, ["GET /api/account/v1/acme/robot/?limit=7"]))
        let keys = try await walk(namespace: "acme", [Body.apiKey()]) { try $0.apiKeys.list(pageSize: 7) }
        #expect(keys == (1, ["GET /api/account/v1/apikey/?limit=7"]))
        let actions = try await walk(namespace: "acme", [Body.action()]) { try $0.actions.list(pageSize: 7) }
        #expect(actions == (1, ["GET /api/audit/v1/acme/action/?limit=7"]))
        let own = try await walk([Body.action()]) { try $0.actions.list() }
        #expect(own == (1, ["GET /api/audit/v1/action/"]))
    }

    @Test("The plus sign of a robot's account is percent-encoded in a query, where '+' means a space")
    func plus() async throws {
        let keys = try await walk([]) { try $0.apiKeys.list(account: "acme+ci") }
        #expect(keys.lines == ["GET /api/account/v1/apikey/?account=acme%2Bci"])
    }

    @Test("Actions are filtered by state, object, UUID prefix and dates")
    func actions() async throws {
        let date = Date(timeIntervalSince1970: 1_413_198_103.9)
        let text = "Mon%2C%2013%20Oct%202014%2011%3A01%3A43%20%2B0000"
        let actions = try await walk([]) {
            try $0.actions.list(
                state: .inProgress, object: "/api/repo/v1/acme/repository/a.example/b/", uuidStartsWith: "0b5f", startedFrom: date,
                startedUntil: date, endedFrom: date, endedUntil: date)
        }
        #expect(
            actions.lines == [
                "GET /api/audit/v1/action/?state=In%20progress&object=%2Fapi%2Frepo%2Fv1%2Facme%2Frepository%2Fa.example%2Fb%2F"
                    + "&uuid__startswith=0b5f&start_date__gte=\(text)&start_date__lte=\(text)&end_date__gte=\(text)&end_date__lte=\(text)"
            ])
    }

    @Test("Only as many pages of a list are fetched as are read")
    func pages() async throws {
        let uuids = (1...3).map { "\($0)b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f" }
        try await FakeCloud.run { request in
            let page = request.target.hasSuffix("offset=1") ? 1 : request.target.hasSuffix("offset=2") ? 2 : 0
            return .page([Body.action(uuids[page])], next: page == 2 ? nil : "/api/audit/v1/action/?limit=1&offset=\(page + 1)")
        } _: { cloud in
            let listing = try cloud.client().actions.list(pageSize: 1)
            var some: [String] = []
            for try await action in listing.prefix(2) { some.append(action.uuid) }
            #expect(some == Array(uuids.prefix(2)))
            #expect(cloud.lines == ["GET /api/audit/v1/action/?limit=1", "GET /api/audit/v1/action/?limit=1&offset=1"])
            var all: [String] = []
            for try await action in listing { all.append(action.uuid) }
            #expect(all == uuids)
        }
    }
}

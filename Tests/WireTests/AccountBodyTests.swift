import FoundationEssentials
import Testing
import Wire

@Suite("Bodies of accounts and organizations, byte for byte")
struct AccountBodyTests {
    private static let date = "Tue, 24 Nov 2026 06:10:02 +0000"

    private static let key = APIKeyBody(
        account: "acme+ci", created: date, expires: nil, id: "4bVn0cQw8ZrT", label: "build server", lastUsed: nil, namespace: nil,
        repositories: [], resourceURI: "/api/account/v1/apikey/4bVn0cQw8ZrT/", revoked: nil, scopes: ["pull", "repository:read"])

    @Test("Users, organizations, members and robots are encoded with all members and decoded to equal values")
    func accounts() throws {
        try expect(
            UserBody(
                created: Self.date, isAdministrator: false, isDisabled: true, name: "carol", resourceURI: "/api/account/v1/user/carol/"),
            #"{"created_datetime":"\#(Self.date)","is_administrator":false,"is_disabled":true,"name":"carol","#
                + #""resource_uri":"/api/account/v1/user/carol/"}"#)
        let organization = "/api/account/v1/organization/acme/"
        try expect(
            OrganizationBody(created: Self.date, name: "acme", permission: "admin", resourceURI: organization),
            #"{"created_datetime":"\#(Self.date)","name":"acme","permission":"admin","resource_uri":"\#(organization)"}"#)
        try expect(
            MemberBody(
                created: Self.date, name: "carol", organization: organization, permission: "write",
                resourceURI: "\(organization)member/carol/"),
            #"{"created_datetime":"\#(Self.date)","name":"carol","organization":"\#(organization)","permission":"write","#
                + #""resource_uri":"\#(organization)member/carol/"}"#)
        try expect(
            RobotBody(
                account: "acme+ci", created: Self.date, name: "ci", organization: organization, permission: "read",
                resourceURI: "/api/account/v1/acme/robot/ci/"),
            #"{"account":"acme+ci","created_datetime":"\#(Self.date)","name":"ci","organization":"\#(organization)","#
                + #""permission":"read","resource_uri":"/api/account/v1/acme/robot/ci/"}"#)
    }

    @Test("The body of an API key has null for missing values, and no member for the key itself")
    func apiKey() throws {
        try expect(
            Self.key,
            #"{"account":"acme+ci","created_datetime":"\#(Self.date)","expires_datetime":null,"id":"4bVn0cQw8ZrT","label":"build server","#
                + #""last_used_datetime":null,"made_with":null,"namespace":null,"renews":null,"repositories":[],"#
                + #""resource_uri":"/api/account/v1/apikey/4bVn0cQw8ZrT/","revoked_datetime":null,"scopes":["pull","repository:read"]}"#)
    }

    @Test("The body of a new API key contains the key itself and all values")
    func wholeKey() throws {
        var body = Self.key
        (body.expires, body.lastUsed, body.revoked) = (Self.date, Self.date, Self.date)
        (body.madeWith, body.renews) = ("aaaaaaaaaaaa", "bbbbbbbbbbbb")
        (body.namespace, body.repositories, body.key) = ("acme", ["registry.local/team/*"], "lm_secret")
        try expect(
            body,
            #"{"account":"acme+ci","created_datetime":"\#(Self.date)","expires_datetime":"\#(Self.date)","id":"4bVn0cQw8ZrT","#
                + #""key":"lm_secret","label":"build server","last_used_datetime":"\#(Self.date)","made_with":"aaaaaaaaaaaa","namespace":"acme","#
                + #""renews":"bbbbbbbbbbbb","repositories":["registry.local/team/*"],"resource_uri":"/api/account/v1/apikey/4bVn0cQw8ZrT/","#
                + #""revoked_datetime":"\#(Self.date)","scopes":["pull","repository:read"]}"#)
    }

    @Test("Printing the body of a new API key does not reveal the key")
    func redaction() {
        var body = Self.key
        body.key = "lm_canary"
        var dumped = ""
        dump(body, to: &dumped)
        for text in ["\(body)", String(reflecting: body), String(describing: [body]), dumped] {
            #expect(!text.contains("canary"), "\(text)")
            #expect(text.contains("4bVn0cQw8ZrT"))
        }
    }

    @Test("Members of an API key that are absent or null are decoded as nil")
    func leftOut() throws {
        let rest = #""account":"a","created_datetime":"","id":"b","label":"","repositories":[],"resource_uri":"","scopes":[]"#
        for text in ["{\(rest)}", #"{"expires_datetime":null,"namespace":null,"revoked_datetime":null,\#(rest)}"#] {
            let body = try WireCoding.decode(APIKeyBody.self, from: .init(text.utf8))
            #expect([body.expires, body.lastUsed, body.namespace, body.revoked, body.key] == [nil, nil, nil, nil, nil])
        }
    }

    private func expect<Body: Codable & Equatable>(
        _ body: Body, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try text(body) == expected, sourceLocation: sourceLocation)
        #expect(try WireCoding.decode(Body.self, from: WireCoding.encode(body)) == body, sourceLocation: sourceLocation)
    }
}

@Suite("Optional members that are encoded as null")
struct OrNullTests {
    private struct Body: Codable, Equatable {
        @OrNull var number: Int?
        @OrNull var text: String?
    }

    @Test("An @OrNull member is encoded as its value or as null, and decoded to the same", arguments: [nil, 0, -7], [nil, "", "x"])
    func roundTrip(number: Int?, content: String?) throws {
        let body = Body(number: number, text: content)
        #expect(
            try text(body) == #"{"number":\#(number.map(String.init) ?? "null"),"text":\#(content.map { "\"\($0)\"" } ?? "null")}"#)
        #expect(try WireCoding.decode(Body.self, from: WireCoding.encode(body)) == body)
    }

    @Test("An absent @OrNull member is nil; one of another type is an error")
    func reading() throws {
        #expect(try WireCoding.decode(Body.self, from: .init("{}".utf8)) == Body(number: nil, text: nil))
        #expect(try WireCoding.decode(Body.self, from: .init(#"{"text":"x"}"#.utf8)) == Body(number: nil, text: "x"))
        for text in [#"{"number":"1"}"#, #"{"number":true}"#, #"{"text":1}"#, #"{"text":[]}"#] {
            #expect(throws: DecodingError.self, "\(text)") { try WireCoding.decode(Body.self, from: .init(text.utf8)) }
        }
    }
}

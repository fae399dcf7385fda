import Testing
import Wire

@Suite("Bodies that create and change accounts")
struct AccountRequestTests {
    private func json(_ text: String) throws -> JSON { try JSONReader.read(Array(text.utf8)) }

    @Test("Account requests are decoded in any member order, and encoded requests decode to equal values")
    func members() throws {
        let user = UserRequest(name: "carol", isAdministrator: true, isDisabled: false)
        #expect(try UserRequest(json(#"{"is_disabled":false,"name":"carol","is_administrator":true}"#)) == user)
        #expect(try UserRequest(json(text(user))) == user)
        #expect(try text(UserRequest(isDisabled: true)) == #"{"is_disabled":true}"#)
        let member = MemberRequest(name: "carol", permission: "write")
        #expect(try MemberRequest(json(#"{"permission":"write","name":"carol"}"#)) == member)
        #expect(try MemberRequest(json(text(member))) == member)
        #expect(try text(MemberRequest(permission: "read")) == #"{"permission":"read"}"#)
        #expect(try OrganizationRequest(json(text(OrganizationRequest(name: "acme")))) == OrganizationRequest(name: "acme"))
        let key = APIKeyRequest(
            account: "acme+ci", expiresDays: 30, label: "e\u{301}", namespace: "acme", repositories: ["a.example/*"], scopes: ["pull"])
        #expect(
            try APIKeyRequest(
                json(
                    #"{"scopes":["pull"],"repositories":["a.example/*"],"namespace":"acme","label":"e\u0301","expires_days":30,"#
                        + #""account":"acme+ci"}"#)) == key)
        #expect(try APIKeyRequest(json(text(key))) == key)
        #expect(try text(APIKeyRequest(expiresDays: 1)) == #"{"expires_days":1}"#)
    }

    @Test("Absent and null members of account requests are equal; an empty array differs from both")
    func null() throws {
        #expect(try UserRequest(json("{}")) == UserRequest())
        #expect(try UserRequest(json(#"{"name":null,"is_administrator":null,"is_disabled":null}"#)) == UserRequest())
        #expect(try MemberRequest(json(#"{"name":null,"permission":null}"#)) == MemberRequest())
        #expect(try OrganizationRequest(json(#"{"name":null}"#)) == OrganizationRequest(name: nil))
        let nulls = #"{"account":null,"expires_days":null,"label":null,"namespace":null,"repositories":null,"scopes":null}"#
        #expect(try APIKeyRequest(json(nulls)) == APIKeyRequest())
        #expect(try APIKeyRequest(json(#"{"repositories":[],"scopes":[]}"#)) == APIKeyRequest(repositories: [], scopes: []))
    }

    @Test(
        "The error for an unknown member of an account request names it and the known members",
        arguments: ["id", "key", "scope", "created_datetime", "Name", "", "is_admin", "organization", "resource_uri", "password"])
    func unknown(_ member: String) throws {
        let body = try json(#"{"\#(member)":"x"}"#)
        #expect(throws: BodyError.unknownMember(member, known: "a user has the members name, is_administrator and is_disabled")) {
            try UserRequest(body)
        }
        #expect(throws: BodyError.unknownMember(member, known: "members and robots take name and permission")) { try MemberRequest(body) }
        #expect(throws: BodyError.unknownMember(member, known: "an organization has the member name")) { try OrganizationRequest(body) }
        let known = "an API key has the members account, expires_days, label, namespace, repositories and scopes"
        #expect(throws: BodyError.unknownMember(member, known: known)) { try APIKeyRequest(body) }
    }

    @Test(
        "An account request that is not an object is refused",
        arguments: [("[]", "an array"), (#""x""#, "a string"), ("null", "null"), ("1", "a number")])
    func objects(_ text: String, _ kind: String) throws {
        let body = try json(text)
        #expect(throws: BodyError.notAnObject(found: kind)) { try UserRequest(body) }
        #expect(throws: BodyError.notAnObject(found: kind)) { try MemberRequest(body) }
        #expect(throws: BodyError.notAnObject(found: kind)) { try OrganizationRequest(body) }
        #expect(throws: BodyError.notAnObject(found: kind)) { try APIKeyRequest(body) }
    }

    @Test("Account requests require strings and booleans", arguments: [("1", "a number"), ("[]", "an array"), ("{}", "an object")])
    func types(_ value: String, _ kind: String) throws {
        for member in ["account", "label", "namespace"] {
            try expectKey(member, value, BodyError.wrongType(member: member, expected: "a string", found: kind))
        }
        let body = try json(#"{"name":\#(value)}"#)
        let error = BodyError.wrongType(member: "name", expected: "a string", found: kind)
        #expect(throws: error) { try UserRequest(body) }
        #expect(throws: error) { try MemberRequest(body) }
        #expect(throws: error) { try OrganizationRequest(body) }
        for member in ["is_administrator", "is_disabled"] {
            #expect(throws: BodyError.wrongType(member: member, expected: "a boolean", found: kind)) {
                try UserRequest(json(#"{"\#(member)":\#(value)}"#))
            }
        }
    }

    @Test("expires_days must be a whole number", arguments: ["1.5", "1.0", "1e2", "-0.1", "9223372036854775808", "99999999999999999999"])
    func otherNumbers(_ value: String) throws {
        try expectKey("expires_days", value, BodyError.wrongType(member: "expires_days", expected: "a whole number", found: "another one"))
    }

    @Test("Any whole number is decoded as expires_days", arguments: [0, 1, 365, -1, Int.max, Int.min])
    func wholeNumbers(_ value: Int) throws {
        #expect(try APIKeyRequest(json(#"{"expires_days":\#(value)}"#)) == APIKeyRequest(expiresDays: value))
    }

    @Test("expires_days must be a number, scopes and repositories arrays of strings")
    func arrays() throws {
        for (value, kind) in [(#""90""#, "a string"), ("true", "a boolean"), ("[90]", "an array")] {
            try expectKey("expires_days", value, BodyError.wrongType(member: "expires_days", expected: "a whole number", found: kind))
        }
        let wrong = [
            (#""pull""#, "a string"), ("{}", "an object"), ("true", "a boolean"), (#"["pull",1]"#, "an array with a number"),
            ("[null]", "an array with null"), (#"[["pull"]]"#, "an array with an array"),
        ]
        for (member, row) in ["scopes", "repositories"].flatMap({ member in wrong.map { (member, $0) } }) {
            try expectKey(member, row.0, BodyError.wrongType(member: member, expected: "an array of strings", found: row.1))
        }
    }

    private func expectKey(_ member: String, _ value: String, _ error: BodyError) throws {
        #expect(throws: error, "\(value)") { try APIKeyRequest(json(#"{"\#(member)":\#(value)}"#)) }
    }
}

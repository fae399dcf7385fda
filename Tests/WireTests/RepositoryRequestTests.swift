import Testing
import Wire

@Suite("Requests that register or update a repository")
struct RepositoryRequestTests {
    private let known = "a repository has the members name, username and password"

    private func read(_ text: String) throws -> RepositoryRequest {
        try RepositoryRequest(JSONReader.read(Array(text.utf8)))
    }

    @Test("A repository request is decoded in any member order")
    func members() throws {
        let request = try read(#"{"password":"p\u00e4ss","name":"registry.local/user1/image1","username":"user"}"#)
        #expect(request == RepositoryRequest(name: "registry.local/user1/image1", username: "user", password: "päss"))
    }

    @Test(
        "Absent and null members of a repository request are equal", arguments: ["{}", #"{"name":null,"username":null,"password":null}"#])
    func null(_ text: String) throws {
        #expect(try read(text) == RepositoryRequest())
    }

    @Test("An empty string in a repository request differs from an absent one")
    func emptyText() throws {
        #expect(try read(#"{"username":"","password":""}"#) == RepositoryRequest(username: "", password: ""))
    }

    @Test(
        "Other members of a fetched repository are ignored in a request, with any type",
        arguments: [
            "in_use", "registry", "resource_uri", "state", "state_reason", "granted", "checked_datetime", "created_datetime",
            "modified_datetime", "description", "tags", "public_url", "icon_url", "is_private_image", "build_source",
            "dockercloud_action_uri",
        ])
    func ignored(_ member: String) throws {
        for value in ["null", "true", "1", #""x""#, "[1]", #"{"a":1}"#] {
            #expect(try read(#"{"name":"ubuntu","\#(member)":\#(value)}"#) == RepositoryRequest(name: "ubuntu"))
        }
    }

    @Test(
        "The error for an unknown member of a repository request names it",
        arguments: ["pasword", "Password", "PASSWORD", "user", "user_name", "", "name ", "pass\u{301}word", "image", "namespace"])
    func unknown(_ member: String) throws {
        let error = #expect(throws: BodyError.unknownMember(member, known: known)) { try read(#"{"name":"ubuntu","\#(member)":"x"}"#) }
        #expect("\(try #require(error))".contains("'\(member)'"))
    }

    @Test("The alphabetically first unknown member is reported, so that the response is deterministic")
    func firstUnknown() {
        for _ in 0..<20 {
            #expect(throws: BodyError.unknownMember("a", known: known)) { try read(#"{"z":1,"c":1,"a":1,"b":1}"#) }
        }
    }

    @Test("A long member name is truncated in the error message")
    func longMember() throws {
        let member = String(repeating: "x", count: 10_000)
        let error = try #require(throws: BodyError.self) { try read(#"{"\#(member)":1}"#) }
        #expect("\(error)".count < 200)
    }

    @Test(
        "The error for a value that is not a string names its type",
        arguments: [("true", "a boolean"), ("0", "a number"), ("[]", "an array"), (#"{"a":"hunter2"}"#, "an object")])
    func wrongType(_ value: String, _ kind: String) throws {
        for member in ["name", "username", "password"] {
            let error = #expect(throws: BodyError.wrongType(member: member, expected: "a string", found: kind)) {
                try read(#"{"\#(member)":\#(value)}"#)
            }
            #expect("\(try #require(error))" == "The member '\(member)' must be a string, not \(kind)")
        }
    }

    @Test(
        "A repository request that is not an object is refused",
        arguments: [("null", "null"), ("[]", "an array"), (#""name""#, "a string"), ("1", "a number"), ("true", "a boolean")])
    func notAnObject(_ text: String, _ kind: String) throws {
        let error = #expect(throws: BodyError.notAnObject(found: kind)) { try read(text) }
        #expect("\(try #require(error))" == "The body must be a JSON object, not \(kind)")
    }

    @Test("Printing a repository request does not reveal the user name or the password")
    func redaction() throws {
        let request = RepositoryRequest(name: "ubuntu", username: "jane-doe", password: "hunter2")
        var dumped = ""
        dump(request, to: &dumped)
        var nested = ""
        dump(["request": Optional(request)], to: &nested)
        let printed = ["\(request)", String(reflecting: request), String(describing: Optional(request)), "\([request])", dumped, nested]
        for text in printed {
            #expect(text.contains("ubuntu"))
            #expect(!text.contains("hunter2") && !text.contains("jane-doe"), "\(text)")
        }
    }

    @Test("A repository request is encoded without absent members")
    func encoding() throws {
        let full = RepositoryRequest(name: "registry.local/a/b", username: "u", password: "p/\"\\")
        #expect(try text(full) == #"{"name":"registry.local/a/b","password":"p/\"\\","username":"u"}"#)
        #expect(try text(RepositoryRequest(password: "p")) == #"{"password":"p"}"#)
        #expect(try text(RepositoryRequest()) == "{}")
        #expect(try read(text(full)) == full)
    }
}

@Suite("Requests that verify a repository again")
struct VerificationRequestTests {
    private func read(_ text: String) throws -> VerificationRequest {
        try VerificationRequest(JSONReader.read(Array(text.utf8)))
    }

    @Test("A verification request is decoded, with absent and null members as nil")
    func members() throws {
        #expect(try read(#"{"push":true,"name":"ubuntu"}"#) == VerificationRequest(name: "ubuntu", push: true))
        for text in ["{}", #"{"name":null,"push":null}"#] { #expect(try read(text) == VerificationRequest(name: nil, push: nil)) }
    }

    @Test(
        "A verification request with a credential is refused: only stored credentials are verified",
        arguments: ["username", "password", "Name", ""])
    func unknown(_ member: String) throws {
        let error = BodyError.unknownMember(member, known: "a verification has the members name and push")
        #expect(throws: error) { try read(#"{"name":"ubuntu","\#(member)":"x"}"#) }
    }

    @Test("The error for a wrong type in a verification request names the expected type")
    func types() throws {
        #expect(throws: BodyError.wrongType(member: "push", expected: "a boolean", found: "a string")) { try read(#"{"push":"true"}"#) }
        #expect(throws: BodyError.wrongType(member: "name", expected: "a string", found: "an array")) { try read(#"{"name":["ubuntu"]}"#) }
        #expect(throws: BodyError.notAnObject(found: "a string")) { try read(#""ubuntu""#) }
    }

    @Test("A verification request is encoded with its members")
    func encoding() throws {
        #expect(try text(VerificationRequest(name: "a.example/b", push: false)) == #"{"name":"a.example/b","push":false}"#)
    }
}

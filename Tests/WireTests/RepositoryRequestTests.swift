import Testing
import Wire

@Suite("The body that registers or updates a repository")
struct RepositoryRequestTests {
    private let known = "a repository takes name, username and password"

    private func read(_ text: String) throws -> RepositoryRequest {
        try RepositoryRequest(JSONReader.read(Array(text.utf8)))
    }

    @Test("Name, user name and password are read in any order")
    func members() throws {
        let request = try read(#"{"password":"p\u00e4ss","name":"registry.local/user1/image1","username":"user"}"#)
        #expect(request == RepositoryRequest(name: "registry.local/user1/image1", username: "user", password: "päss"))
    }

    @Test(
        "A member that is absent and one that is null are the same", arguments: ["{}", #"{"name":null,"username":null,"password":null}"#])
    func null(_ text: String) throws {
        #expect(try read(text) == RepositoryRequest())
    }

    @Test("An empty text is not an absent one")
    func emptyText() throws {
        #expect(try read(#"{"username":"","password":""}"#) == RepositoryRequest(username: "", password: ""))
    }

    @Test(
        "What old clients echo is read over, whatever its type",
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
        "An unknown member is refused by its name",
        arguments: ["pasword", "Password", "PASSWORD", "user", "user_name", "", "name ", "pass\u{301}word", "image", "namespace"])
    func unknown(_ member: String) throws {
        let error = #expect(throws: BodyError.unknownMember(member, known: known)) { try read(#"{"name":"ubuntu","\#(member)":"x"}"#) }
        #expect("\(try #require(error))".contains("'\(member)'"))
    }

    @Test("The first unknown member in the order of names is reported, so that the answer is always the same")
    func firstUnknown() {
        for _ in 0..<20 {
            #expect(throws: BodyError.unknownMember("a", known: known)) { try read(#"{"z":1,"c":1,"a":1,"b":1}"#) }
        }
    }

    @Test("A long name of a member is cut in the message")
    func longMember() throws {
        let member = String(repeating: "x", count: 10_000)
        let error = try #require(throws: BodyError.self) { try read(#"{"\#(member)":1}"#) }
        #expect("\(error)".count < 200)
    }

    @Test(
        "A value that is no text is refused, with what it is instead",
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
        "A body that is no object is refused",
        arguments: [("null", "null"), ("[]", "an array"), (#""name""#, "a string"), ("1", "a number"), ("true", "a boolean")])
    func notAnObject(_ text: String, _ kind: String) throws {
        let error = #expect(throws: BodyError.notAnObject(found: kind)) { try read(text) }
        #expect("\(try #require(error))" == "The body must be a JSON object, not \(kind)")
    }

    @Test("No way of printing a request shows the user name or the password")
    func silence() throws {
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

    @Test("A request is sent with the members that it has")
    func encoding() throws {
        let full = RepositoryRequest(name: "registry.local/a/b", username: "u", password: "p/\"\\")
        #expect(try text(full) == #"{"name":"registry.local/a/b","password":"p/\"\\","username":"u"}"#)
        #expect(try text(RepositoryRequest(password: "p")) == #"{"password":"p"}"#)
        #expect(try text(RepositoryRequest()) == "{}")
        #expect(try read(text(full)) == full)
    }
}

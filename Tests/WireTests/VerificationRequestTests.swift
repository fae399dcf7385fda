import Testing
import Wire

@Suite("The body that has a repository verified again")
struct VerificationRequestTests {
    private func read(_ text: String) throws -> VerificationRequest {
        try VerificationRequest(JSONReader.read(Array(text.utf8)))
    }

    @Test("Name and push are read; what is absent or null is nil")
    func members() throws {
        #expect(try read(#"{"push":true,"name":"ubuntu"}"#) == VerificationRequest(name: "ubuntu", push: true))
        for text in ["{}", #"{"name":null,"push":null}"#] { #expect(try read(text) == VerificationRequest(name: nil, push: nil)) }
    }

    @Test(
        "An unknown member is refused by its name: no credential is tried that is not stored",
        arguments: ["username", "password", "Name", ""])
    func unknown(_ member: String) throws {
        let error = BodyError.unknownMember(member, known: "a verification takes name and push")
        #expect(throws: error) { try read(#"{"name":"ubuntu","\#(member)":"x"}"#) }
    }

    @Test("A wrong type is refused with the right one")
    func types() throws {
        #expect(throws: BodyError.wrongType(member: "push", expected: "a boolean", found: "a string")) { try read(#"{"push":"true"}"#) }
        #expect(throws: BodyError.wrongType(member: "name", expected: "a string", found: "an array")) { try read(#"{"name":["ubuntu"]}"#) }
        #expect(throws: BodyError.notAnObject(found: "a string")) { try read(#""ubuntu""#) }
    }

    @Test("A request is sent as it is read")
    func encoding() throws {
        #expect(try text(VerificationRequest(name: "a.example/b", push: false)) == #"{"name":"a.example/b","push":false}"#)
    }
}

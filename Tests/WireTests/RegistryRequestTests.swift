import Testing
import Wire

@Suite("The body that configures a registry")
struct RegistryRequestTests {
    private let known = "a registry takes is_trusted, plain_http, ca_certificate, realm and blob_hosts"

    private func read(_ text: String) throws -> RegistryRequest {
        try RegistryRequest(JSONReader.read(Array(text.utf8)))
    }

    @Test("Its four members are read in any order, texts byte for byte")
    func members() throws {
        let request = try read(#"{"realm":"https://a.example/","plain_http":false,"ca_certificate":"-\r\n e\u0301\n","is_trusted":true}"#)
        #expect(
            request == RegistryRequest(isTrusted: true, plainHTTP: false, caCertificate: "-\r\n e\u{301}\n", realm: "https://a.example/"))
        #expect(request.caCertificate.map { Array($0.utf8) } == Array("-\r\n e\u{301}\n".utf8))
    }

    @Test(
        "A member that is absent and one that is null are the same",
        arguments: ["{}", #"{"is_trusted":null,"plain_http":null,"ca_certificate":null,"realm":null}"#])
    func null(_ text: String) throws {
        #expect(try read(text) == RegistryRequest())
    }

    @Test("What clients echo of a registry that is trusted in some networks does not trust it in all")
    func echoedNetworks() throws {
        #expect(try read(#"{"is_trusted":true,"trusted_networks":["10.0.0.0/8"]}"#) == RegistryRequest())
        #expect(try read(#"{"trusted_networks":["10.0.0.0/8"],"is_trusted":false}"#) == RegistryRequest(isTrusted: false))
        #expect(try read(#"{"trusted_networks":null,"is_trusted":true}"#) == RegistryRequest(isTrusted: true))
        #expect(try read(#"{"blob_hosts":["a.example"]}"#) == RegistryRequest(blobHosts: ["a.example"]))
    }

    @Test("An empty text is not an absent one")
    func emptyText() throws {
        #expect(try read(#"{"ca_certificate":"","realm":""}"#) == RegistryRequest(caCertificate: "", realm: ""))
    }

    @Test(
        "What clients echo of a registry is read over, whatever its type",
        arguments: ["host", "is_docker_registry", "is_ssl", "name", "port", "resource_uri"])
    func ignored(_ member: String) throws {
        for value in ["null", "true", "1", #""x""#, "[1]", #"{"a":1}"#] {
            #expect(try read(#"{"is_trusted":true,"\#(member)":\#(value)}"#) == RegistryRequest(isTrusted: true))
        }
    }

    @Test(
        "An unknown member is refused by its name",
        arguments: ["trusted", "is_approved", "isTrusted", "IS_TRUSTED", "plain_https", "ca", "", "realm ", "password"])
    func unknown(_ member: String) throws {
        let error = #expect(throws: BodyError.unknownMember(member, known: known)) { try read(#"{"\#(member)":true}"#) }
        #expect("\(try #require(error))" == "Unknown member '\(member)': \(known)")
    }

    @Test(
        "A flag is a boolean, and nothing that looks like one",
        arguments: [(#""true""#, "a string"), ("1", "a number"), ("[]", "an array"), ("{}", "an object")])
    func flags(_ value: String, _ kind: String) throws {
        for member in ["is_trusted", "plain_http"] {
            #expect(throws: BodyError.wrongType(member: member, expected: "a boolean", found: kind)) {
                try read(#"{"\#(member)":\#(value)}"#)
            }
        }
    }

    @Test("A text is a string", arguments: [("true", "a boolean"), ("1", "a number"), ("[]", "an array"), ("{}", "an object")])
    func texts(_ value: String, _ kind: String) throws {
        for member in ["ca_certificate", "realm"] {
            #expect(throws: BodyError.wrongType(member: member, expected: "a string", found: kind)) {
                try read(#"{"\#(member)":\#(value)}"#)
            }
        }
    }

    @Test("A request is sent with the members that it has")
    func encoding() throws {
        let full = RegistryRequest(isTrusted: true, plainHTTP: false, caCertificate: "a\n", realm: "https://a.example/token")
        #expect(
            try text(full) == #"{"ca_certificate":"a\n","is_trusted":true,"plain_http":false,"realm":"https://a.example/token"}"#)
        #expect(try text(RegistryRequest(isTrusted: true)) == #"{"is_trusted":true}"#)
        #expect(try read(text(full)) == full)
    }
}

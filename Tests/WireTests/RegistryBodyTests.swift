import FoundationEssentials
import Testing
import Wire

@Suite("Response bodies of registries")
struct RegistryBodyTests {
    private static let members =
        #""host":"registry.local","is_docker_registry":false,"is_ssl":null,"name":"registry.local","port":null,"#
        + #""resource_uri":"/api/repo/v1/acme/registry/registry.local/""#

    private func read(_ text: String) throws -> RegistryBody {
        try WireCoding.decode(RegistryBody.self, from: Data(text.utf8))
    }

    @Test("A registry without members about trust is decoded as not trusted")
    func older() throws {
        let body = try read("{\(Self.members)}")
        #expect(
            body
                == RegistryBody(
                    host: "registry.local", isDockerRegistry: false, isSSL: nil, name: "registry.local", port: nil,
                    resourceURI: "/api/repo/v1/acme/registry/registry.local/", isTrusted: false, plainHTTP: false, caCertificate: nil,
                    realm: nil))
    }

    @Test(
        "The trust members of a registry are decoded, with null as absent",
        arguments: [
            (
                #""is_trusted":true,"plain_http":true,"ca_certificate":"a\n","realm":"https://a.example/""#, true, "a\n",
                "https://a.example/"
            ),
            (#""is_trusted":null,"plain_http":null,"ca_certificate":null,"realm":null"#, false, nil, nil),
            (#""is_trusted":false,"plain_http":false,"ca_certificate":"","realm":"","later":1"#, false, "", ""),
        ] as [(String, Bool, String?, String?)])
    func trust(rest: String, isAllowed: Bool, ca: String?, realm: String?) throws {
        let body = try read("{\(Self.members),\(rest)}")
        #expect(body.isTrusted == isAllowed && body.plainHTTP == isAllowed)
        #expect(body.caCertificate == ca)
        #expect(body.realm == realm)
        #expect(try read(text(body)) == body)
    }

    @Test("A registry without a required member is an error", arguments: ["host", "is_docker_registry", "name", "resource_uri"])
    func missing(member: String) throws {
        let text = "{\(Self.members.replacing("\"\(member)\"", with: "\"other\""))}"
        #expect(throws: (any Error).self) { try read(text) }
    }
}

@Suite("Requests that configure a registry")
struct RegistryRequestTests {
    private let known = "a registry has the members is_trusted, plain_http, ca_certificate, realm and blob_hosts"

    private func read(_ text: String) throws -> RegistryRequest {
        try RegistryRequest(JSONReader.read(Array(text.utf8)))
    }

    @Test("A registry request is decoded in any member order, with strings byte for byte")
    func members() throws {
        let request = try read(#"{"realm":"https://a.example/","plain_http":false,"ca_certificate":"-\r\n e\u0301\n","is_trusted":true}"#)
        #expect(
            request == RegistryRequest(isTrusted: true, plainHTTP: false, caCertificate: "-\r\n e\u{301}\n", realm: "https://a.example/"))
        #expect(request.caCertificate.map { Array($0.utf8) } == Array("-\r\n e\u{301}\n".utf8))
    }

    @Test(
        "Absent and null members of a registry request are equal",
        arguments: ["{}", #"{"is_trusted":null,"plain_http":null,"ca_certificate":null,"realm":null}"#])
    func null(_ text: String) throws {
        #expect(try read(text) == RegistryRequest())
    }

    @Test("Sending back a registry that is trusted in some networks does not trust it in all")
    func echoedNetworks() throws {
        #expect(try read(#"{"is_trusted":true,"trusted_networks":["10.0.0.0/8"]}"#) == RegistryRequest())
        #expect(try read(#"{"trusted_networks":["10.0.0.0/8"],"is_trusted":false}"#) == RegistryRequest(isTrusted: false))
        #expect(try read(#"{"trusted_networks":null,"is_trusted":true}"#) == RegistryRequest(isTrusted: true))
        #expect(try read(#"{"blob_hosts":["a.example"]}"#) == RegistryRequest(blobHosts: ["a.example"]))
    }

    @Test("An empty string in a registry request differs from an absent one")
    func emptyText() throws {
        #expect(try read(#"{"ca_certificate":"","realm":""}"#) == RegistryRequest(caCertificate: "", realm: ""))
    }

    @Test(
        "Other members of a fetched registry are ignored in a request, with any type",
        arguments: ["host", "is_docker_registry", "is_ssl", "name", "port", "resource_uri"])
    func ignored(_ member: String) throws {
        for value in ["null", "true", "1", #""x""#, "[1]", #"{"a":1}"#] {
            #expect(try read(#"{"is_trusted":true,"\#(member)":\#(value)}"#) == RegistryRequest(isTrusted: true))
        }
    }

    @Test(
        "The error for an unknown member of a registry request names it",
        arguments: ["trusted", "is_approved", "isTrusted", "IS_TRUSTED", "plain_https", "ca", "", "realm ", "password"])
    func unknown(_ member: String) throws {
        let error = #expect(throws: BodyError.unknownMember(member, known: known)) { try read(#"{"\#(member)":true}"#) }
        #expect("\(try #require(error))" == "Unknown member '\(member)': \(known)")
    }

    @Test(
        "Flags in a registry request must be booleans",
        arguments: [(#""true""#, "a string"), ("1", "a number"), ("[]", "an array"), ("{}", "an object")])
    func flags(_ value: String, _ kind: String) throws {
        for member in ["is_trusted", "plain_http"] {
            #expect(throws: BodyError.wrongType(member: member, expected: "a boolean", found: kind)) {
                try read(#"{"\#(member)":\#(value)}"#)
            }
        }
    }

    @Test(
        "Texts in a registry request must be strings",
        arguments: [("true", "a boolean"), ("1", "a number"), ("[]", "an array"), ("{}", "an object")])
    func texts(_ value: String, _ kind: String) throws {
        for member in ["ca_certificate", "realm"] {
            #expect(throws: BodyError.wrongType(member: member, expected: "a string", found: kind)) {
                try read(#"{"\#(member)":\#(value)}"#)
            }
        }
    }

    @Test("A registry request is encoded without absent members")
    func encoding() throws {
        let full = RegistryRequest(isTrusted: true, plainHTTP: false, caCertificate: "a\n", realm: "https://a.example/token")
        #expect(
            try text(full) == #"{"ca_certificate":"a\n","is_trusted":true,"plain_http":false,"realm":"https://a.example/token"}"#)
        #expect(try text(RegistryRequest(isTrusted: true)) == #"{"is_trusted":true}"#)
        #expect(try read(text(full)) == full)
    }
}

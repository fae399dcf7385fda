import FoundationEssentials
import Testing
import Wire

@Suite("A registry as responses carry it")
struct RegistryBodyTests {
    private static let members =
        #""host":"registry.local","is_docker_registry":false,"is_ssl":null,"name":"registry.local","port":null,"#
        + #""resource_uri":"/api/repo/v1/acme/registry/registry.local/""#

    private func read(_ text: String) throws -> RegistryBody {
        try WireCoding.decode(RegistryBody.self, from: Data(text.utf8))
    }

    @Test("A server that knows nothing of trust leaves it out, and nothing is allowed")
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
        "What is there is read, null as nothing",
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

    @Test("What no server may leave out is an error", arguments: ["host", "is_docker_registry", "name", "resource_uri"])
    func missing(member: String) throws {
        let text = "{\(Self.members.replacing("\"\(member)\"", with: "\"other\""))}"
        #expect(throws: (any Error).self) { try read(text) }
    }
}

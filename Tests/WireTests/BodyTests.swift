import Testing
import Wire

/// The encoded JSON text of a body.
func text(_ body: some Encodable) throws -> String {
    String(decoding: try WireCoding.encode(body), as: UTF8.self)
}

@Suite("Response bodies, byte for byte")
struct BodyTests {
    private static let repository = RepositoryBody(
        inUse: false, name: "registry.local/user1/image1", registry: "/api/repo/v1/acme/registry/registry.local/",
        resourceURI: "/api/repo/v1/acme/repository/registry.local/user1/image1/", state: "Unverified", stateReason: nil,
        granted: .init(pull: "unknown", push: "unknown"), checked: nil, created: "Mon, 13 Oct 2014 11:01:43 +0000",
        modified: "Mon, 13 Oct 2014 11:01:43 +0000")

    private static let repositoryText =
        #"{"checked_datetime":null,"created_datetime":"Mon, 13 Oct 2014 11:01:43 +0000","#
        + #""granted":{"pull":"unknown","push":"unknown"},"in_use":false,"last_pulled_by":null,"last_pulled_datetime":null,"#
        + #""last_pushed_by":null,"last_pushed_datetime":null,"modified_datetime":"Mon, 13 Oct 2014 11:01:43 +0000","#
        + #""name":"registry.local/user1/image1","registry":"/api/repo/v1/acme/registry/registry.local/","#
        + #""resource_uri":"/api/repo/v1/acme/repository/registry.local/user1/image1/","state":"Unverified","state_reason":null}"#

    @Test("The body of a repository contains nulls and unescaped slashes")
    func repository() throws {
        #expect(try text(Self.repository) == Self.repositoryText)
    }

    @Test("The body of a verified repository contains a date and a reason")
    func checkedRepository() throws {
        var body = Self.repository
        body.stateReason = "no answer from https://registry.local/v2/"
        body.checked = "Tue, 14 Oct 2014 00:00:00 +0000"
        let encoded = try text(body)
        #expect(encoded.contains(#""state_reason":"no answer from https://registry.local/v2/""#))
        #expect(encoded.contains(#""checked_datetime":"Tue, 14 Oct 2014 00:00:00 +0000""#))
    }

    @Test("The body of a registry has null for unknown values")
    func registry() throws {
        let unknown = RegistryBody(
            host: "registry.local", isDockerRegistry: false, isSSL: nil, name: "registry.local", port: nil,
            resourceURI: "/api/repo/v1/acme/registry/registry.local/", isTrusted: false, plainHTTP: false, caCertificate: nil, realm: nil)
        #expect(
            try text(unknown)
                == #"{"ca_certificate":null,"host":"registry.local","is_docker_registry":false,"is_ssl":null,"is_trusted":false,"#
                + #""name":"registry.local","plain_http":false,"port":null,"realm":null,"#
                + #""resource_uri":"/api/repo/v1/acme/registry/registry.local/"}"#)
    }

    @Test("The body of Docker Hub matches Docker Cloud's documentation")
    func dockerHub() throws {
        let hub = RegistryBody(
            host: "registry-1.docker.io", isDockerRegistry: true, isSSL: true, name: "Docker Hub", port: 443,
            resourceURI: "/api/repo/v1/user-namespace/registry/registry-1.docker.io/", isTrusted: true, plainHTTP: false,
            caCertificate: nil, realm: "https://auth.docker.io/token")
        #expect(
            try text(hub)
                == #"{"ca_certificate":null,"host":"registry-1.docker.io","is_docker_registry":true,"is_ssl":true,"#
                + #""is_trusted":true,"name":"Docker Hub","plain_http":false,"port":443,"realm":"https://auth.docker.io/token","#
                + #""resource_uri":"/api/repo/v1/user-namespace/registry/registry-1.docker.io/"}"#)
    }

    @Test("The only page of a list has null for previous and next")
    func onlyPage() throws {
        let page = PageBody(meta: .init(limit: 25, next: nil, offset: 0, previous: nil, totalCount: 1), objects: [Self.repository])
        #expect(
            try text(page) == #"{"meta":{"limit":25,"next":null,"offset":0,"previous":null,"total_count":1},"objects":["#
                + Self.repositoryText + "]}")
    }

    @Test("A page in the middle of a list has the paths of its neighbours, with unescaped queries")
    func middlePage() throws {
        let meta = PageMeta(
            limit: 10, next: "/api/repo/v1/repository/?limit=10&name=a/b&offset=20", offset: 10,
            previous: "/api/repo/v1/repository/?limit=10&name=a/b&offset=0", totalCount: 30)
        #expect(
            try text(PageBody(meta: meta, objects: [String]()))
                == #"{"meta":{"limit":10,"next":"/api/repo/v1/repository/?limit=10&name=a/b&offset=20","offset":10,"#
                + #""previous":"/api/repo/v1/repository/?limit=10&name=a/b&offset=0","total_count":30},"objects":[]}"#)
    }

    @Test("The body of an error is its message")
    func error() throws {
        #expect(try text(ErrorBody(error: "no \"x/y\" here\n")) == #"{"error":"no \"x/y\" here\n"}"#)
    }

    @Test("The body of an action contains all members")
    func action() throws {
        let uri = "/api/audit/v1/acme/action/5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e/"
        let date = "Mon, 13 Oct 2014 11:01:43 +0000"
        let action = ActionBody(
            action: "Repository Create", attempts: 1, endDate: date, ip: "127.0.0.1", isUserAction: true, keyID: "0123456789ab",
            location: "",
            method: "POST", object: "/api/repo/v1/acme/repository/a.b/c/", path: "/api/repo/v1/repository/", reason: nil,
            reference: "v1", resourceURI: uri, startDate: date,
            state: "Success", status: nil, user: "acme", userAgent: "curl/8", uuid: "5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e")
        #expect(
            try text(action)
                == #"{"action":"Repository Create","attempts":1,"can_be_canceled":false,"can_be_retried":false,"end_date":"\#(date)","#
                + #""ip":"127.0.0.1","is_user_action":true,"key_id":"0123456789ab","location":"","method":"POST","object":"/api/repo/v1/acme/repository/a.b/c/","#
                + #""path":"/api/repo/v1/repository/","reason":null,"reference":"v1","resource_uri":"\#(uri)","start_date":"\#(date)","#
                + #""state":"Success","status":null,"user":"acme","#
                + #""user_agent":"curl/8","uuid":"5f2b1c9e-3d4a-4b6c-8d7e-0f1a2b3c4d5e"}"#)
        #expect(try WireCoding.decode(ActionBody.self, from: WireCoding.encode(action)) == action)
    }

    @Test("Encoded repositories and pages decode to equal values, including nulls")
    func roundTrip() throws {
        #expect(try WireCoding.decode(RepositoryBody.self, from: WireCoding.encode(Self.repository)) == Self.repository)
        let page = PageBody(meta: .init(limit: 1, next: nil, offset: 0, previous: "/api/x", totalCount: 2), objects: [Self.repository])
        let read = try WireCoding.decode(PageBody<RepositoryBody>.self, from: WireCoding.encode(page))
        #expect(read.meta == page.meta && read.objects == page.objects)
    }
}

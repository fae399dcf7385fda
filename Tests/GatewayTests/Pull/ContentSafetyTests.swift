import NIOHTTP1
import TestSupport
import Testing

@testable import Gateway

@Suite("Content of registries in a browser")
struct ContentSafetyTests {
    @Test(
        "Content that a browser would run is served as bytes, blobs as downloads, without sniffing",
        arguments: [
            "text/html", "Text/HTML; charset=utf-8", "text/xml", "application/xml", "image/svg+xml", "application/xhtml+xml", "text/xsl",
            "text/plain, text/html", " text/html ", "text/html foo", "text/html (c)", "text/html\tx", "text/html(c)", "image/svg+xml foo",
            "application/xml foo", "text/html,", "text/html;", "multipart/x-mixed-replace; boundary=a", "multipart/related",
            "application/json foo", "html", "text/", "/html", "text/html/x", "te xt/html", "*", "application/json, x",
        ])
    func pages(type: String) async throws {
        let page = Array("<script>alert(1)</script>".utf8)
        let (digest, bytes) = (Sample.digest(of: page), "application/octet-stream")
        try await Fixture.run { fixture in
            for resource in ["blobs/\(digest)", "manifests/\(digest)", "tags/list"] {
                fixture.registry.set(
                    .answer(status: 200, headers: ["Content-Type": type], body: page), for: "GET", "/v2/team/image/\(resource)")
                let response = try await fixture.send("GET", resource)
                let isList = resource == "tags/list"
                if !isList { #expect(response.status == 200 && response["Content-Type"] ?? bytes == bytes, "\(resource)") }
                #expect(response["Content-Type"]?.contains("html") != true && response["Content-Type"]?.contains("xml") != true)
                #expect(response["X-Content-Type-Options"] == "nosniff")
                #expect(response["Content-Security-Policy"] == "sandbox; default-src 'none'")
                #expect(response["Content-Disposition"] == (resource.hasPrefix("blobs/") ? "attachment" : nil))
            }
        }
    }

    @Test(
        "Media types of manifests and layers are unchanged",
        arguments: [
            "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
            "application/octet-stream",
            "application/vnd.oci.image.layer.v1.tar+gzip", "application/json; charset=utf-8", "application/vnd.example.htmlish",
            "application/vnd.example.x!#$&^_.+-json ; a=b", "text/plain;charset=utf-8",
        ])
    func types(type: String) async throws {
        #expect(MediaType.isHarmless(type))
        let content = Array("{}".utf8)
        let digest = Sample.digest(of: content)
        try await Fixture.run { fixture in
            for resource in ["blobs/\(digest)", "manifests/\(digest)"] {
                fixture.registry.set(
                    .answer(status: 200, headers: ["Content-Type": type], body: content), for: "GET", "/v2/team/image/\(resource)")
                let response = try await fixture.send("GET", resource)
                #expect(response["Content-Type"] == type)
            }
        }
    }

    @Test("Errors have the same protective headers, with and without authentication")
    func errors() async throws {
        try await Fixture.run { fixture in
            for response in [try await fixture.send("GET", "manifests/none"), try await fixture.send("GET", "manifests/none", as: .nobody)]
            {
                #expect(response.status >= 400 && response["X-Content-Type-Options"] == "nosniff")
            }
        }
    }
}

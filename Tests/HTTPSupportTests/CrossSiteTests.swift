import Domain
import HTTPTypes
import Testing

@testable import HTTPSupport

@Suite("Cross-site requests")
struct CrossSiteTests {
    private static func isRefused(
        _ method: HTTPRequest.Method, _ fields: [(String, String)], host: String? = "lighterman.example:8080",
        at served: ServedOrigin = ServedOrigin()
    ) -> Bool {
        var headers = HTTPFields()
        for (name, value) in fields { headers.append(HTTPField(name: .known(name), value: value)) }
        do {
            try CrossSite.check(method, headers, host: host, at: served)
            return false
        } catch {
            return true
        }
    }

    @Test(
        "A cross-site request cannot change anything", arguments: [HTTPRequest.Method.post, .put, .patch, .delete],
        [
            [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "Cross-Site")], [("Origin", "https://evil.example")],
            [("Origin", "null")], [("Origin", "http://lighterman.example")], [("Origin", "http://lighterman.example:8081")],
            [("Origin", "http://lighterman.example:8080.evil.example")], [("Origin", "lighterman.example:8080")],
            [("Origin", "http://lighterman.example:8080"), ("Sec-Fetch-Site", "cross-site")],
            [("Origin", "http://lighterman.example:8080"), ("Origin", "https://evil.example")],
            [("Origin", "https://evil.example"), ("Origin", "http://lighterman.example:8080")],
            [("Origin", "http://lighterman.example:8080, https://evil.example")],
            [("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "none")], [("Sec-Fetch-Site", "same-origin, Cross-Site")],
            [("Sec-Fetch-Site", "cross-site;a=b")],
        ])
    func refused(method: HTTPRequest.Method, fields: [(String, String)]) {
        #expect(Self.isRefused(method, fields))
    }

    @Test(
        "Non-browser clients and same-origin pages may send requests",
        arguments: [
            [], [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")], [("Origin", "http://lighterman.example:8080")],
            [("Origin", "HTTP://Lighterman.Example:8080"), ("Sec-Fetch-Site", "same-origin")],
        ])
    func accepted(fields: [(String, String)]) {
        for method in [HTTPRequest.Method.post, .put, .patch, .delete] { #expect(!Self.isRefused(method, fields)) }
    }

    @Test(
        "The default port may be omitted in Origin and Host", arguments: ["http://host.example", "http://host.example:80"],
        ["host.example", "host.example:80"])
    func defaultPort(origin: String, host: String) {
        #expect(!Self.isRefused(.post, [("Origin", origin)], host: host))
        #expect(Self.isRefused(.post, [("Origin", origin)], host: nil))
    }

    @Test(
        "Another scheme of the same host is another origin",
        arguments: [
            ("http://host.example:8080", true), ("http://host.example", true), ("ftp://host.example:8080", true),
            ("x://host.example:8080", true),
            ("https://host.example", true), ("https://host.example:8080", false),
        ])
    func scheme(origin: String, isRefusedWithTLS: Bool) {
        #expect(Self.isRefused(.post, [("Origin", origin)], host: "host.example:8080", at: ServedOrigin(isTLS: true)) == isRefusedWithTLS)
        #expect(Self.isRefused(.post, [("Origin", origin)], host: "host.example:8080") == (origin != "http://host.example:8080"))
    }

    @Test("With TLS, port 443 may be omitted, and port 80 is another origin")
    func defaultPortWithTLS() {
        for host in ["host.example", "host.example:443"] {
            for (origin, isRefused) in [
                ("https://host.example", false), ("https://host.example:443", false), ("http://host.example", true),
            ] {
                #expect(Self.isRefused(.post, [("Origin", origin)], host: host, at: ServedOrigin(isTLS: true)) == isRefused)
            }
        }
    }

    @Test("The public URL is an origin of the server, whatever the Host")
    func publicURL() {
        let served = ServedOrigin(isTLS: true, publicURL: "https://cloud.example:8443")
        for host in ["10.0.0.7:8080", nil] {
            #expect(!Self.isRefused(.post, [("Origin", "https://cloud.example:8443")], host: host, at: served))
            #expect(Self.isRefused(.post, [("Origin", "http://cloud.example:8443")], host: host, at: served))
            #expect(Self.isRefused(.post, [("Origin", "https://cloud.example")], host: host, at: served))
        }
    }

    @Test("Cross-site reads are allowed: browsers do not show the response to the page")
    func reading() {
        for method in [HTTPRequest.Method.get, .head, .options] {
            #expect(!Self.isRefused(method, [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")]))
        }
    }
}

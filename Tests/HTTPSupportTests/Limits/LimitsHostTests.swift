import Domain
import HTTPSupport
import NIOHTTP1
import Testing

@Suite("Limits: Host and body framing")
struct LimitsHostTests {
    @Test(
        "Host is a name or an address, with or without a port",
        arguments: [
            "localhost", "lighterman.example", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "[2001:db8::7]", "a_b-c.example:65535",
            "example:", "EXAMPLE",
        ])
    func valid(_ host: String) {
        #expect(HostField.isValid(host))
    }

    @Test(
        "A malformed Host is rejected",
        arguments: [
            "", " ", ":80", "a b", "a,b", "user@a", "a/b", "a?b", "a#b", "http://a", "a:b", "a:65536", "a:-1", "a:+1", "a:1:2", "::1",
            "[::1",
            "[]", "[a]", "[::1]x", "[::1]:x", "a%41", "\u{E9}", "a\u{660}", "a\u{0}", "a:\u{661}", "a:000080",
            String(repeating: "a", count: 262),
        ])
    func malformed(_ host: String) {
        #expect(!HostField.isValid(host))
    }

    private func head(_ version: HTTPVersion, _ fields: [(String, String)]) -> HTTPRequestHead {
        HTTPRequestHead(version: version, method: .POST, uri: "/", headers: HTTPHeaders(fields))
    }

    @Test(
        "The body length is given once, in one way",
        arguments: [
            [], [("Content-Length", "0")], [("content-length", "18")], [("Transfer-Encoding", "chunked")],
            [("transfer-encoding", "Chunked")],
        ])
    func framed(_ fields: [(String, String)]) {
        #expect(RequestHead.error(of: head(.http1_1, [("Host", "a")] + fields)) == nil)
    }

    /// The parser rejects most of these itself; none depends on it.
    @Test(
        "Ambiguous framing is rejected",
        arguments: [
            [("Content-Length", "1"), ("Transfer-Encoding", "chunked")], [("Content-Length", "1"), ("Content-Length", "1")],
            [("Content-Length", "1"), ("Content-Length", "2")], [("Content-Length", "1, 1")], [("Content-Length", "+1")],
            [("Content-Length", "-1")], [("Content-Length", "0x1")], [("Content-Length", "1 ")], [("Content-Length", "")],
            [("Content-Length", "99999999999999999999")], [("Transfer-Encoding", "gzip, chunked")], [("Transfer-Encoding", "identity")],
            [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")], [("Transfer-Encoding", "chunked, chunked")],
            [("Transfer-Encoding", "xchunked")], [("Transfer-Encoding", "")],
        ])
    func ambiguous(_ fields: [(String, String)]) {
        #expect(RequestHead.error(of: head(.http1_1, [("Host", "a")] + fields))?.status == 400)
    }

    @Test("HTTP/1.0 requires no Host, and does not allow chunked bodies")
    func old() {
        #expect(RequestHead.error(of: head(.http1_0, [])) == nil)
        #expect(RequestHead.error(of: head(.http1_1, []))?.status == 400)
        #expect(RequestHead.error(of: head(.http1_0, [("Host", "a"), ("Host", "a")]))?.status == 400)
        #expect(RequestHead.error(of: head(.http1_0, [("Transfer-Encoding", "chunked")]))?.status == 400)
    }
}

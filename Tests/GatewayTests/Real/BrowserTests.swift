import Foundation
import NIOHTTP1
import TestSupport
import Testing

@testable import Gateway

@Suite(
    "Content of registries in Chromium", .serialized,
    .enabled(if: ProgramPath.find("chromium-headless-shell") != nil, "chromium-headless-shell is not installed"))
struct BrowserTests {
    private static let types = [
        "text/html", "text/html foo", "text/html (c)", "text/html\tx", "text/html(c)", "text/html;", "image/svg+xml", "image/svg+xml foo",
        "application/xml foo", "application/xhtml+xml", "text/xml", "text/xsl", "text/plain, text/html", "application/json, text/html",
        "multipart/x-mixed-replace; boundary=a", "application/octet-stream", "text/plain", "application/json", "html", "text/html/x",
        "application/vnd.oci.image.manifest.v1+json", "application/json;text/html",
    ]

    @Test("Each type with which Chromium runs a script is replaced")
    func replaced() async throws {
        let ran = try await Self.scriptsRun(in: Self.types.map { .answer(status: 200, headers: Self.headers($0), body: Self.page($0)) })
        for (type, isRun) in zip(Self.types, ran) { #expect(!isRun || !MediaType.isHarmless(type), "\(type)") }
        #expect(ran.count(where: \.self) >= 9)
    }

    @Test("Chromium runs no script in a blob, a manifest, a list or an error that the gateway passes on")
    func harmless() async throws {
        try await Fixture.run { fixture in
            var replies: [RegistryReply] = []
            for type in Self.types {
                let page = Self.page(type)
                for (resource, status) in [
                    ("blobs/\(Sample.digest(of: page))", 200), ("manifests/v1", 200), ("tags/list", 200), ("manifests/v2", 400),
                ] {
                    let reply = RegistryReply.answer(status: status, headers: ["Content-Type": type], body: page)
                    for method in ["GET", "HEAD"] { fixture.registry.set(reply, for: method, "/v2/team/image/\(resource)") }
                    replies.append(.copy(of: try await fixture.send("GET", resource)))
                }
            }
            #expect(try await !Self.scriptsRun(in: replies).contains(true))
        }
    }

    private static func headers(_ type: String) -> HTTPHeaders { ["Content-Type": type, "X-Content-Type-Options": "nosniff"] }

    /// A page in the type's language. Its script requests `ran` and the page's own path.
    private static func page(_ type: String) -> [UInt8] {
        let script = "<script>fetch('/ran' + location.pathname)</script>"
        let html = "<html xmlns=\"http://www.w3.org/1999/xhtml\">\(script)</html>"
        if type.contains("svg") { return Array("<svg xmlns=\"http://www.w3.org/2000/svg\">\(script)</svg>".utf8) }
        return Array((type.contains("multipart") ? "--a\r\nContent-Type: text/html\r\n\r\n\(html)\r\n--a--\r\n" : html).utf8)
    }

    /// Shows each response in a frame of one page.
    ///
    /// - Returns: for each response, whether the browser ran its script.
    private static func scriptsRun(in replies: [RegistryReply]) async throws -> [Bool] {
        try await FaultyRegistry.run(RegistryBehavior()) { server in
            server.intercept { request in
                if request.path == "/" {
                    let frames = replies.indices.map { "<iframe src=\"/\($0)\"></iframe>" }.joined()
                    return .answer(status: 200, headers: headers("text/html"), body: Array(frames.utf8))
                }
                let number = Int(request.path.dropFirst())
                return number.flatMap { replies.indices.contains($0) ? replies[$0] : nil } ?? .answer(status: 204)
            }
            let chromium = try ChildProcess(
                "chromium-headless-shell",
                ["--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom", "http://\(server.authority)/"])
            let status = try await chromium.status(within: .seconds(120))
            await chromium.stop()
            #expect(status == 0, "\(chromium.stderr)")
            let paths = Set(server.requests.map(\.path))
            #expect(replies.indices.allSatisfy { paths.contains("/\($0)") })
            return replies.indices.map { paths.contains("/ran/\($0)") }
        }
    }
}

extension RegistryReply {
    /// The response that a client received.
    fileprivate static func copy(of response: RawResponse) -> RegistryReply {
        let framing = ["content-length", "transfer-encoding", "connection"]
        let fields = response.fields.filter { !framing.contains($0.name.lowercased()) }.map { ($0.name, $0.value) }
        return .answer(status: response.status, headers: HTTPHeaders(fields), body: response.body)
    }
}

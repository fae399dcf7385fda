import Foundation
import Gateway
import NIOHTTP1
import TestSupport
import Testing

@Suite("Pulling blobs")
struct BlobTests {
    private static let path = "/v2/team/image/blobs/\(Sample.blobDigest)"
    private static let resource = "blobs/\(Sample.blobDigest)"
    private static let verifying = TestGateway(options: .init(verifiesBlobs: true))

    @Test("A blob is pulled unchanged, with and without digest verification", arguments: [true, false])
    func pull(_ isVerified: Bool) async throws {
        try await Fixture.run(gateway: isVerified ? Self.verifying : TestGateway()) { fixture in
            for method in ["GET", "HEAD"] {
                let response = try await fixture.send(method, Self.resource)
                #expect(response.status == 200 && response["Content-Length"] == "\(Sample.blob.count)")
                #expect(response["Docker-Content-Digest"] == Sample.blobDigest)
                #expect(response.body == (method == "GET" ? Sample.blob : []))
            }
        }
    }

    @Test("A range request for a blob is forwarded as a range request", arguments: [true, false])
    func range(_ isVerified: Bool) async throws {
        try await Fixture.run(gateway: isVerified ? Self.verifying : TestGateway()) { fixture in
            fixture.registry.set(for: "GET", Self.path) { request in
                request.headers["Range"] == ["bytes=5-8"]
                    ? .answer(status: 206, headers: ["Content-Range": "bytes 5-8/38"], body: Array(Sample.blob[5...8])) : .hangUp
            }
            let response = try await fixture.send("GET", Self.resource, [("Range", "bytes=5-8")])
            #expect(response.status == 206 && response["Content-Range"] == "bytes 5-8/38" && response.body == Array(Sample.blob[5...8]))
        }
    }

    @Test("A truncated or stalled blob aborts the client's response")
    func short() async throws {
        try await Fixture.run(gateway: TestGateway(silence: 1)) { (fixture: Fixture) async throws in
            for fault in [RegistryReply.truncated(status: 200), .hangInBody(status: 200)] {
                fixture.registry.set(fault, for: "GET", Self.path)
                let failure = await #expect(throws: RawConnection.Failure.self) { try await fixture.send("GET", Self.resource) }
                guard case .closed(let received)? = failure else {
                    Issue.record("\(String(describing: failure))")
                    continue
                }
                #expect(received == #"{"errors":"#)
            }
        }
    }

    @Test("Bytes beyond the announced length are not forwarded")
    func long() async throws {
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1234567890"
        try await Fixture.run(speaking: .noise(Array(answer.utf8))) { fixture in
            let response = try? await fixture.send("GET", Self.resource)
            #expect(response.map { $0.status == 502 || String(decoding: $0.body, as: UTF8.self) == "12345" } ?? true)
        }
    }

    @Test("A client never receives the end of a corrupted blob")
    func flipped() async throws {
        try await Fixture.run(gateway: Self.verifying) { (fixture: Fixture) async throws in
            fixture.registry.set(.answer(status: 200, body: Sample.flipped(Sample.blob)), for: "GET", Self.path)
            await #expect(throws: RawConnection.Failure.self) { try await fixture.send("GET", Self.resource) }
        }
    }

    @Test("A blob without Content-Length is pulled completely", arguments: [true, false])
    func chunked(_ isVerified: Bool) async throws {
        try await Fixture.run(gateway: isVerified ? Self.verifying : TestGateway()) { fixture in
            fixture.registry.set(.chunked(status: 200, body: Sample.blob), for: "GET", Self.path)
            let response = try await fixture.send("GET", Self.resource)
            #expect(response.status == 200 && response.body == Sample.blob)
            #expect(response["Content-Length"] == nil && response["Transfer-Encoding"] == "chunked")
        }
    }

    @Test("Without Content-Length, a truncated, too long or corrupted blob aborts the response", arguments: Wrong.allCases)
    func chunkedWrong(_ wrong: Wrong) async throws {
        try await Fixture.run(gateway: Self.verifying) { (fixture: Fixture) async throws in
            let reply: RegistryReply =
                switch wrong {
                case .short: .chunked(status: 200, body: Array(Sample.blob.dropLast()))
                case .long: .chunked(status: 200, body: Sample.blob + [0])
                case .other: .chunked(status: 200, body: Sample.flipped(Sample.blob))
                case .broken: .chunked(status: 200, body: Sample.blob, isWhole: false)
                }
            fixture.registry.set(reply, for: "GET", Self.path)
            let failure = await #expect(throws: RawConnection.Failure.self) { try await fixture.send("GET", Self.resource) }
            guard case .closed(let received)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(!received.contains("0\r\n\r\n"), "\(received)")
        }
    }

    enum Wrong: CaseIterable {
        case short, long, other, broken
    }

    @Test("Without digest verification, a truncated blob aborts the response")
    func chunkedBroken() async throws {
        try await Fixture.run { (fixture: Fixture) async throws in
            fixture.registry.set(.chunked(status: 200, body: Sample.blob, isWhole: false), for: "GET", Self.path)
            await #expect(throws: RawConnection.Failure.self) { try await fixture.send("GET", Self.resource) }
        }
    }

    @Test("A client that disconnects ends the request to the registry")
    func gone() async throws {
        try await Fixture.run { fixture in
            _ = try await fixture.send("GET", "blobs/\(Sample.blobDigest)", [("Range", "bytes=0-")])
            let count = fixture.registry.connectionCount
            fixture.registry.set(.endless(status: 200), for: "GET", Self.path)
            let connection = try await RawConnection.open(port: fixture.server.port)
            try await connection.send(fixture.server.request("GET", "/v2/\(fixture.name())/\(Self.resource)").bytes)
            try await fixture.wait { fixture.registry.sentBodyBytes > 0 }
            await connection.close()
            try await fixture.wait { fixture.registry.connectionCount < count }
        }
    }

    @Test("A client that disconnects while the registry is silent is detected long before the registry's timeout")
    func goneInSilence() async throws {
        try await Self.goInSilence(nil)
    }

    @Test(
        "A disconnect over TLS is detected as well", .enabled(if: RegistryCertificate.isPossible, "openssl is not installed"))
    func goneOverTLS() async throws {
        try await TemporaryDirectory.with { folder in
            try await Self.goInSilence(.selfSigned(in: folder))
        }
    }

    private static func goInSilence(_ certificate: RegistryCertificate?) async throws {
        try await Fixture.run(gateway: TestGateway(silence: 3600), certificate: certificate) { fixture in
            fixture.registry.set(.hangInBody(status: 200), for: "GET", path)
            let connection = try await RawConnection.open(port: fixture.server.port, tls: certificate?.clientContext())
            try await connection.send(fixture.server.request("GET", "/v2/\(fixture.name())/\(resource)").bytes)
            try await connection.take(through: #"{"errors":"#)
            let count = fixture.registry.connectionCount
            await connection.close()
            try await fixture.wait { fixture.registry.connectionCount < count }
            #expect(fixture.upstreamErrors.isEmpty)
        }
    }
}

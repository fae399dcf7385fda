import TestSupport
import Testing

@Suite("Random requests")
struct FuzzTests {
    @Test(
        "Random requests break neither the server, nor the connection, nor the response format", .timeLimit(.minutes(5)),
        arguments: [1, 2, 3, 4] as [UInt64])
    func requests(_ seed: UInt64) async throws {
        try await TestServer.run { server in
            var draw = RandomRequest(seed: seed)
            var connection = try await RawConnection.open(port: server.port)
            for index in 0..<500 {
                let request = server.request(draw.method(), draw.target(), as: draw.authorization(), draw.fields(), body: draw.body())
                let shown =
                    "seed \(seed), request \(index): \(request.method) \(request.target) \(String(decoding: request.body ?? [], as: UTF8.self))"
                let response = try await connection.send(draw.isChunked() ? request.chunked(by: 100) : request)
                #expect(response.status < 500, "\(shown)")
                #expect(response["X-Request-Id"] != nil, "\(shown)")
                check(response, to: request, shown)
                guard response["Connection"] == "close" else { continue }
                await connection.close()
                connection = try await RawConnection.open(port: server.port)
            }
            #expect(try await connection.send(server.request("GET", "/readyz")).status == 200)
            await connection.close()
            #expect(server.log.lines.count(where: { $0.hasPrefix("info request") }) == 501)
            #expect(!server.log.lines.contains { $0.hasPrefix("error") })
        }
    }

    private func check(_ response: RawResponse, to request: RawRequest, _ shown: String) {
        if request.method == "HEAD" || response.status == 204 {
            #expect(response.body.isEmpty, "\(shown)")
        } else if response.status >= 400 {
            // The distribution API has its own error format.
            let gateways = (try? response.json["errors"])?.elements.first?["message"]?.text
            #expect((response.error ?? gateways)?.isEmpty == false, "\(shown): \(response.text)")
        } else {
            #expect((try? response.json.members.isEmpty) == false, "\(shown): \(response.text)")
        }
    }
}

import NIOHTTP1
import TestSupport
import Testing

@Suite("Retry-After of registries")
struct RetryAfterTests {
    @Test(
        "Retry-After is forwarded only with seconds or a date", arguments: [429, 503],
        [
            ("0", true), ("30", true), ("86400", true), ("Wed, 21 Oct 2026 07:28:00 GMT", true), ("86401", false), ("99999999999", false),
            ("99999999999999999999", false), ("-5", false), ("1.5", false), ("abc", false), ("+3", false), ("Wed, 21 Oct 2026", false),
        ])
    func passed(_ status: Int, _ row: (text: String, isPassed: Bool)) async throws {
        try await Fixture.run { fixture in
            for method in ["GET", "HEAD"] {
                let reply = RegistryReply.error(status, "UNKNOWN", "later", headers: ["Retry-After": row.text])
                fixture.registry.set(reply, for: method, "/v2/team/image/manifests/v1")
            }
            let response = try await fixture.send("GET", "manifests/v1")
            #expect(response["Retry-After"] == (row.isPassed ? row.text : nil), "\(response.status) \(response.fields)")
        }
    }
}

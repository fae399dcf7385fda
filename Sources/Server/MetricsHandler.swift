import Domain
import HTTPSupport
import HTTPTypes
import Hummingbird
import NIOCore
import PrometheusMetrics

/// `/metrics`: what was counted, in Prometheus' text format.
struct MetricsHandler: RequestHandler {
    let metrics: PrometheusFactory

    static let path = "/metrics"

    func handles(_ path: String) -> Bool { path == Self.path }

    func respond(to call: Call) async throws -> Response {
        guard call.method == .get || call.method == .head else { throw RequestError.methodNotAllowed(allowed: ["GET", "HEAD"]) }
        let body = ByteBuffer(string: metrics.exposition())
        return Response(
            status: .ok, headers: [.contentType: Exposition.mediaType, .contentLength: "\(body.readableBytes)"],
            body: .init(byteBuffer: body))
    }
}

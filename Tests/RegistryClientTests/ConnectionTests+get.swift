import AsyncHTTPClient
import NIOCore
import NIOPosix

extension ConnectionTests {
    /// Sends one request as the transport does, but for what is set otherwise.
    static func get(_ url: String, _ configuration: HTTPClient.Configuration) async throws {
        let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup, configuration: configuration)
        let result: Result<HTTPClientResponse, any Error>
        do { result = .success(try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(5))) } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        _ = try result.get()
    }
}

package import ArgumentParser
import AsyncHTTPClient
import Domain
import FoundationEssentials
import Glibc
import NIOCore
import NIOHTTP1
import NIOSSL

package struct HealthcheckCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "healthcheck",
        abstract: "Check that the server on this machine responds.",
        discussion: """
            Requests /healthz from the running server, at the address of --listen, and waits for 5 seconds at most. It takes the \
            options, the environment and the configuration file of 'lighterman serve', so that a container needs no other settings for it.

            With --tls-certificate, it uses HTTPS and does not verify the certificate: the request has no secrets.

            Exit codes: 0 the server responds, 1 it does not, 64 usage, 78 configuration.
            """)

    @OptionGroup package var options: ServeOptions

    package init() {}

    package func run() async throws {
        try await StartError.reporting {
            let settings = try await Settings(options: options, environment: ProcessInfo.processInfo.environment)
            let check = try HealthCheck(of: settings.listen, isTLS: settings.tls != nil)
            if let failure = try await check.failure() {
                StandardStream.error.write("lighterman: \(check.url): \(failure)\n")
                throw ExitCode(1)
            }
        }
    }
}

/// A request for `/healthz` of a server on this machine.
struct HealthCheck {
    let url: String

    init(of listen: ListenAddress, isTLS: Bool) throws(StartError) {
        guard listen.port > 0 else {
            throw StartError(.configuration, "--listen must have the server's port, not 0, which selects a free one")
        }
        url = "\(isTLS ? "https" : "http")://\(Self.localHost(of: listen)):\(listen.port)/healthz"
    }

    /// A server that listens on all addresses also listens on the loopback address.
    private static func localHost(of listen: ListenAddress) -> String {
        guard let address = IPAddress(listen.host), address.isUnspecified else { return listen.urlHost }
        return address.bytes.count == 4 ? "127.0.0.1" : "[::1]"
    }

    /// - Returns: the reason why the server is not healthy; nil if it is.
    func failure(within limit: TimeAmount = .seconds(5)) async throws -> String? {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.certificateVerification = .none
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls, redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
        let result: String?
        do {
            let response = try await client.execute(HTTPClientRequest(url: url), deadline: .now() + limit)
            result = response.status == .ok ? nil : "the response is \(response.status.code)"
        } catch let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout {
            result = "no response within \(limit.nanoseconds / 1_000_000_000) seconds"
        } catch let error as IOError {
            result = "no response (\(String(cString: strerror(error.errnoCode))))"
        } catch {
            result = "no response (\(error))"
        }
        try await client.shutdown()
        return result
    }
}

import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOPosix
import Naming

/// Reads the API of Docker Engine or Podman. It sends GET requests only.
struct EngineClient: Sendable {
    let address: EngineAddress
    let http: HTTPClient

    /// The paths that the agent reads. None of them contains environment variables, commands or secrets of containers, except for services
    /// and single containers, of which only names, labels and images are decoded.
    enum Resource: Sendable {
        case version
        case info
        case containers
        case container(String)
        case services
        case tasks
        case image(String)
        case events

        var target: String {
            switch self {
            case .version: "/version"
            case .info: "/info"
            case .containers: "/containers/json?all=1"
            case .container(let id): "/containers/\(id.percentEncoded())/json"
            case .services: "/services"
            case .tasks: "/tasks"
            case .image(let id): "/images/\(id.percentEncoded())/json"
            case .events: "/events"
            }
        }

        /// Whether only managers of a Swarm serve it. Other nodes respond with status 503.
        var isOfManagers: Bool {
            switch self {
            case .services, .tasks: true
            case .version, .info, .containers, .container, .image, .events: false
            }
        }

        /// The limit of the response, in bytes.
        var maximumLength: Int {
            switch self {
            case .version, .image: 1 << 20
            case .info, .events, .container: 4 << 20
            case .containers, .services, .tasks: 64 << 20
            }
        }
    }

    private static let maximumLine = 1 << 20
    private static let timeout = TimeAmount.seconds(20)

    /// Reads a resource.
    /// - Returns: nil if the engine has no such resource (404), or is not a manager of a Swarm (503, for resources of managers only).
    func read<Value: Decodable & Sendable>(_ resource: Resource, as type: Value.Type) async throws -> Value? {
        let body: ByteBuffer? = try await withDeadline(.nanoseconds(Self.timeout.nanoseconds)) {
            let response = try await send(resource, timeout: Self.timeout)
            switch response.status {
            case .ok: return try await response.body.collect(upTo: resource.maximumLength)
            case .notFound: return nil
            case .serviceUnavailable where resource.isOfManagers: return nil
            default: throw failure(resource, "it responded with status \(response.status.code)")
            }
        }
        guard let body else { return nil }
        do {
            return try JSONDecoder().decode(type, from: Data(body.readableBytesView))
        } catch {
            throw failure(resource, "the response is not what Docker's API defines")
        }
    }

    /// Reads the events of the engine, one JSON text a line, until the connection ends.
    /// - Parameter connected: is called when the engine begins its response.
    func readEvents(connected: () -> Void, line handle: ([UInt8]) -> Void) async throws {
        let response = try await send(.events, timeout: .hours(24 * 365))
        guard response.status == .ok else { throw failure(.events, "it responded with status \(response.status.code)") }
        connected()
        var splitter = LineSplitter(maximumLength: Self.maximumLine)
        for try await part in response.body {
            splitter.append(part.readableBytesView)
            while let line = splitter.next() { handle(line) }
        }
    }

    private func send(_ resource: Resource, timeout: TimeAmount) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address.url + resource.target)
        request.headers = ["Host": "engine", "Accept": "application/json"]
        return try await http.execute(request, timeout: timeout)
    }

    private func failure(_ resource: Resource, _ reason: String) -> AgentFailure {
        AgentFailure("The engine at \(address) failed to serve \(resource.target): \(reason)")
    }

    /// Converts an error of a request into a sentence.
    func explain(_ error: any Error) -> AgentFailure {
        switch error {
        case let error as AgentFailure: error
        case let error as IOError: unreachable(error)
        case let error as NIOConnectionError: (error.connectionErrors.first?.error as? IOError).map(unreachable) ?? unreachable("\(error)")
        case is NIOTooManyBytesError: AgentFailure("The engine at \(address) sent a response that is too long")
        case is DeadlineExceeded: unreachable("it does not respond")
        case let error as HTTPClientError where error == .connectTimeout || error == .deadlineExceeded: unreachable("it does not respond")
        case let error as HTTPClientError: unreachable(error.shortDescription)
        default: unreachable("\(error)")
        }
    }

    private func unreachable(_ error: IOError) -> AgentFailure {
        switch error.errnoCode {
        case EACCES: unreachable("permission denied. Run the agent in the group that owns the socket, usually 'docker'")
        case ENOENT: unreachable("there is no such socket. Check --engine, and that the engine runs")
        case ECONNREFUSED: unreachable("the engine does not run")
        default: unreachable(String(cString: strerror(error.errnoCode)))
        }
    }

    private func unreachable(_ reason: String) -> AgentFailure {
        AgentFailure("The engine at \(address) cannot be read: \(reason.onOneLine)")
    }
}

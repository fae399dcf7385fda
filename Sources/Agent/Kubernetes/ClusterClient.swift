import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import NIOSSL
import Naming

/// Requests to the API of a Kubernetes cluster.
struct ClusterClient: Sendable {
    let access: ClusterAccess
    let http: HTTPClient

    private static let pageSize = 500
    private static let maximumPage = 64 << 20
    private static let maximumLine = 8 << 20
    private static let timeout = Duration.seconds(30)
    /// The time after which the server ends a watch.
    private static let watchSeconds = 300

    /// A response with an error status.
    struct Refusal: Error, Hashable {
        let status: Int
        let what: String
    }

    /// Lists all pods, page by page. A list that expires between two pages ends with status 410.
    func list() async throws -> PodTable {
        var table = PodTable()
        var pages: Set<String> = []
        var next: String? = ""
        while let page = next {
            let query = "?limit=\(Self.pageSize)" + (page.isEmpty ? "" : "&continue=\(page.percentEncoded())")
            let body = try await read(.GET, "/api/v1/pods" + query, limit: Self.maximumPage)
            guard let list = try? JSONDecoder().decode(PodList.self, from: Data(body.readableBytesView)) else {
                throw AgentFailure("The Kubernetes API sent a list of pods that cannot be read")
            }
            try table.add(list)
            next = list.metadata.continue.flatMap { $0.isEmpty ? nil : $0 }
            guard next.map({ pages.insert($0).inserted }) ?? true else {
                throw AgentFailure("The Kubernetes API repeated a page of the list of pods, so the list is not complete")
            }
        }
        return table
    }

    /// Reads the changes of pods after a version, until the server ends the watch.
    /// - Parameter connected: is called when the server begins its response.
    func watch(from version: String, connected: () -> Void, handle: ([UInt8]) throws -> Void) async throws {
        let query = "?watch=1&allowWatchBookmarks=true&timeoutSeconds=\(Self.watchSeconds)&resourceVersion=\(version.percentEncoded())"
        var request = try request(.GET, "/api/v1/pods" + query)
        request.headers.add(name: "Accept", value: "application/json")
        let response = try await http.execute(request, timeout: .seconds(Int64(Self.watchSeconds) + 30))
        guard response.status == .ok else { throw Refusal(status: Int(response.status.code), what: "watch pods") }
        connected()
        var splitter = LineSplitter(maximumLength: Self.maximumLine)
        for try await part in response.body {
            splitter.append(part.readableBytesView)
            while let line = splitter.next() { try handle(line) }
        }
    }

    /// - Returns: nil if there is no lease (404).
    func lease(_ name: String) async throws -> Lease? {
        do {
            return try Self.lease(try await read(.GET, path(ofLease: name), limit: 1 << 20))
        } catch let error as Refusal where error.status == 404 {
            return nil
        }
    }

    /// Creates a lease without a version, and updates one that has a version. Another change in the meantime is status 409.
    func store(_ lease: Lease) async throws -> Lease {
        let body = [UInt8](try JSONEncoder().encode(lease))
        let isNew = lease.metadata.resourceVersion == nil
        let path = isNew ? path(ofLease: nil) : path(ofLease: lease.metadata.name)
        return try Self.lease(try await read(isNew ? .POST : .PUT, path, body: body, limit: 1 << 20))
    }

    private static func lease(_ body: ByteBuffer) throws -> Lease {
        guard let lease = try? JSONDecoder().decode(Lease.self, from: Data(body.readableBytesView)) else {
            throw AgentFailure("The Kubernetes API sent a lease that cannot be read")
        }
        return lease
    }

    private func path(ofLease name: String?) -> String {
        "/apis/coordination.k8s.io/v1/namespaces/\(access.namespace.percentEncoded())/leases" + (name.map { "/\($0)" } ?? "")
    }

    private func request(_ method: HTTPMethod, _ target: String) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: access.url + target)
        request.method = method
        request.headers = ["Authorization": "Bearer \(try access.token())", "User-Agent": "lighterman-agent/\(Version.text)"]
        return request
    }

    private func read(_ method: HTTPMethod, _ target: String, body: [UInt8]? = nil, limit: Int) async throws -> ByteBuffer {
        try await withDeadline(Self.timeout) {
            var request = try request(method, target)
            request.headers.add(name: "Accept", value: "application/json")
            if let body {
                request.headers.add(name: "Content-Type", value: "application/json")
                request.body = .bytes(body)
            }
            let response = try await http.execute(request, timeout: .seconds(30))
            guard (200..<300).contains(response.status.code) else {
                throw Refusal(status: Int(response.status.code), what: target.hasPrefix("/api/v1/pods") ? "list pods" : "use leases")
            }
            return try await response.body.collect(upTo: limit)
        }
    }

    /// Converts an error of a request into a sentence.
    func explain(_ error: any Error) -> AgentFailure {
        switch error {
        case let error as AgentFailure: error
        case let error as Refusal where error.status == 401 || error.status == 403:
            AgentFailure("The Kubernetes API does not let the agent \(error.what) (\(error.status)). Apply the role of the manifest")
        case let error as Refusal: AgentFailure("The Kubernetes API at \(access.url) failed to \(error.what) (\(error.status))")
        case is DeadlineExceeded: AgentFailure("The Kubernetes API at \(access.url) does not respond")
        default: AgentFailure("The Kubernetes API at \(access.url) cannot be read: \("\(error)".onOneLine)")
        }
    }
}

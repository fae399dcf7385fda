package import Domain
package import HTTPTypes
package import Hummingbird
package import Logging
import Synchronization

/// One of the interfaces behind the server's one address: the API, the gateway, the pages.
package protocol Door: Sendable {
    /// Whether paths like this one are behind this door.
    func opens(for path: String) -> Bool
    func respond(to call: Call) async throws -> Response
}

/// A request whose target was found to be canonical, with what is known of it so far.
package struct Call: Sendable {
    package let method: HTTPRequest.Method
    package let target: Target
    package let headers: HTTPFields
    package let address: ClientAddress
    package let logger: Logger
    package let access = AccessRecord()
    private let body: RequestBody

    package static let bodyLimit = 64 * 1024

    init(_ request: Request, target: Target, address: ClientAddress, logger: Logger) {
        method = request.method
        headers = request.headers
        body = request.body
        self.target = target
        self.address = address
        self.logger = logger
    }

    /// The whole body, of ``bodyLimit`` bytes at most.
    package func readBody() async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap(Int.init), length > Self.bodyLimit { throw Fault.tooLarge(limit: Self.bodyLimit) }
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= Self.bodyLimit else { throw Fault.tooLarge(limit: Self.bodyLimit) }
            bytes += part.readableBytesView
        }
        return bytes
    }
}

/// What a door finds out about a call for the access log.
package final class AccessRecord: Sendable {
    private let identified = Mutex<Identity?>(nil)

    package var identity: Identity? {
        get { identified.withLock { $0 } }
        set { identified.withLock { $0 = newValue } }
    }
}

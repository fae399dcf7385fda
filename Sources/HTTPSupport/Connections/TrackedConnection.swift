import Domain
import NIOCore

/// Reports the requests of one connection to the limiter. Runs on the connection's event loop.
final class TrackedConnection {
    private let limiter: ConnectionLimiter
    private let channel: any Channel
    private var id: ConnectionTable.ID?
    /// The number of requests whose response was not sent yet. A client may pipeline several.
    private var pending = 0
    private var service = ConnectionTable.Service.none

    init(_ channel: any Channel, _ limiter: ConnectionLimiter) {
        self.channel = channel
        self.limiter = limiter
    }

    /// - Returns: false if the connection must be closed at once.
    func open() -> Bool {
        id = limiter.open(channel)
        return id != nil
    }

    func close() {
        guard let id else { return }
        self.id = nil
        limiter.close(id, channel)
    }

    func requestStarted() -> ConnectionTable.Service {
        guard let id else { return .none }
        pending += 1
        if pending == 1 { service = limiter.requestStarted(id) }
        return service
    }

    func responseSent() {
        pending -= 1
        if pending == 0, let id { limiter.requestFinished(id) }
    }

    /// Counts a request that is refused because of a limit.
    /// - Returns: the error that names the limit.
    func refuse(_ reason: ConnectionTable.Reason) -> ResponseError {
        limiter.countRefusal(reason)
        let capacity = limiter.capacity
        return switch reason {
        case .address:
            .unavailable(
                "Your address has \(capacity.perAddressInProgress) connections with requests that are not authenticated, which is the limit for one "
                    + "address: try again in \(ConnectionErrorResponse.retryAfter) s")
        case .capacity, .idle:
            .unavailable(
                "All \(capacity.connections) connections (--max-connections) have a request in progress: try again in "
                    + "\(ConnectionErrorResponse.retryAfter) s")
        }
    }
}

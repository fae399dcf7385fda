import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// The limits of one client connection.
package struct ConnectionLimits: Sendable {
    /// The maximum time for the head of a request from its first byte on, and for a TLS handshake.
    package var headTime: Duration = .seconds(10)
    /// The maximum time that a connection may be silent before and between requests, and that a response may wait for the client to
    /// read it.
    package var idleTime: Duration = .seconds(60)
    /// The maximum time that a body may be slower than ``bodyRate``. Only the time during which the server waits for bytes counts.
    package var bodyGrace: Duration = .seconds(10)
    /// The minimum rate in bytes per second, as an average over the time during which the server waited.
    package var bodyRate = 1024
    /// The time during which the server still reads after an early or last response. Without this, a reset could destroy the response.
    package var drainTime: Duration = .seconds(2)
    /// The number of bytes that the server still reads after an early response, so that the connection can serve the next request.
    package var drainBytes = 256 * 1024
    /// The number of bytes that the server still reads after a last response: twice the largest body of the API, because a client that sends
    /// too much of it at once could not read otherwise why it is refused.
    package var lastDrainBytes = 8 * 1024 * 1024
    /// The maximum size of one read.
    package var readBytes = 16 * 1024
    /// The maximum size of the request line and the header fields.
    package var headBytes = 16 * 1024
    package var headFields = 100

    package init() {}
}

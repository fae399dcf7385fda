/// What one client's connection may cost.
package struct ConnectionLimits: Sendable {
    /// How long the head of a request may take, from its first byte on, and how long a TLS handshake may take.
    package var headTime: Duration = .seconds(10)
    /// How long a connection may be silent before and between requests, and how long an answer may wait to be taken.
    package var idleTime: Duration = .seconds(60)
    /// How long a body may be slower than ``bodyRate``, counting only the time that the server waits for more of it.
    package var bodyGrace: Duration = .seconds(10)
    /// In bytes a second, as an average over the time that the server has waited.
    package var bodyRate = 1024
    /// After an answer that came early or was the last one: how long the server still reads, so that the answer is not lost.
    package var drainTime: Duration = .seconds(2)
    /// How much the server still reads then.
    package var drainBytes = 256 * 1024
    /// How much is taken from a connection at once.
    package var readBytes = 16 * 1024
    /// The request line and the header fields.
    package var headBytes = 16 * 1024
    package var headFields = 100

    package init() {}
}

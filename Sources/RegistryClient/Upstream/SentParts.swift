import NIOCore

/// A body that is sent as it comes. That it came to no end is told from what goes wrong with whom it is sent to.
struct SentParts<Parts: AsyncSequence<ByteBuffer, any Error> & Sendable>: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let parts: Parts

    func makeAsyncIterator() -> Iterator { Iterator(parts: parts.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        var parts: Parts.AsyncIterator

        mutating func next() async throws -> ByteBuffer? {
            do {
                return try await parts.next()
            } catch {
                throw TransportError.abandoned
            }
        }
    }
}

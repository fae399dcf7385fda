import NIOCore
import RegistryClient
import Testing

@Suite("Forwarded request bodies")
struct ForwardedBodyTests {
    private static func part(_ count: Int) -> ByteBuffer { ByteBuffer(repeating: 1, count: count) }

    @Test("The reader receives every part once, in order, and then the end", arguments: [nil, 100_000])
    func order(_ length: Int64?) async throws {
        let body = ForwardedBody(length: length, capacity: 1000)
        let writer = Task {
            for number in 0..<1000 { await body.write(ByteBuffer(repeating: UInt8(truncatingIfNeeded: number), count: 100)) }
            body.finish()
        }
        var bytes: [UInt8] = []
        for try await part in body { bytes += part.readableBytesView }
        await writer.value
        #expect(bytes == (0..<1000).flatMap { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 100) })
    }

    @Test("The writer waits while the buffer is full, and continues when the reader has taken a part")
    func bounded() async throws {
        let body = ForwardedBody(length: nil, capacity: 1000)
        let progress = AsyncStream.makeStream(of: Int.self)
        let writer = Task {
            for number in 1...3 {
                await body.write(Self.part(600))
                progress.continuation.yield(number)
            }
        }
        var steps = progress.stream.makeAsyncIterator()
        #expect(await steps.next() == 1)
        let reader = body.makeAsyncIterator()
        _ = try await reader.next()
        #expect(await steps.next() == 2)
        body.close()
        #expect(await steps.next() == 3)
        await writer.value
    }

    @Test("An aborted body is an error for its reader, never an end")
    func brokenOff() async throws {
        for isWaiting in [true, false] {
            let body = ForwardedBody(length: nil)
            await body.write(Self.part(10))
            let iterator = body.makeAsyncIterator()
            _ = try await iterator.next()
            let end = Task {
                if isWaiting { try await Task.sleep(for: .milliseconds(20)) }
                body.fail(CancellationError())
            }
            await #expect(throws: TransportError.abandoned) { _ = try await iterator.next() }
            try await end.value
        }
    }

    @Test("After the head of the response, the reader of an unfinished body receives nothing, and the writer does not wait")
    func answered() async throws {
        let body = ForwardedBody(length: 10_000, capacity: 100)
        let reader = Task {
            let iterator = body.makeAsyncIterator()
            return try await iterator.next()
        }
        try await Task.sleep(for: .milliseconds(20))
        body.suspendReader()
        #expect(await body.write(Self.part(200)) == false)
        #expect(await body.write(Self.part(200)) == false)
        body.finish()
        body.close()
        await #expect(throws: TransportError.abandoned) { _ = try await reader.value }
    }

    @Test("After a response to the whole body, the reader still receives its end, so that the connection can be reused")
    func answeredAtItsEnd() async throws {
        let body = ForwardedBody(length: 20)
        await body.write(Self.part(20))
        let iterator = body.makeAsyncIterator()
        _ = try await iterator.next()
        body.suspendReader()
        #expect(try await iterator.next() == nil)
    }

    @Test("A registry times out if it accepts no data, or does not respond to the whole body")
    func expiry() async throws {
        let stalled = ForwardedBody(length: 1000)
        await stalled.write(Self.part(10))
        await #expect(throws: TransportError.timedOut) { try await stalled.expire(afterSilence: .milliseconds(50), afterEnd: .hours(1)) }
        let sent = ForwardedBody(length: 0)
        await #expect(throws: TransportError.timedOut) { try await sent.expire(afterSilence: .hours(1), afterEnd: .milliseconds(50)) }
    }

    @Test("A pause of the client does not count as a timeout of the registry")
    func slowClient() async throws {
        let body = ForwardedBody(length: 1000)
        let reader = Task {
            let iterator = body.makeAsyncIterator()
            return try await iterator.next()
        }
        let expiry = Task { try await body.expire(afterSilence: .milliseconds(20), afterEnd: .milliseconds(20)) }
        try await Task.sleep(for: .milliseconds(300))
        expiry.cancel()
        await #expect(throws: CancellationError.self) { try await expiry.value }
        body.close()
        _ = try? await reader.value
    }
}

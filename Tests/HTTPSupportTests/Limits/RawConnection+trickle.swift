import TestSupport

extension RawConnection {
    /// Sends a byte now and then, until the connection is closed.
    /// - Returns: how long that took since `started`; nil where it was not closed.
    func trickle(
        _ byte: UInt8 = 0x61, every pause: Duration = .milliseconds(50), since started: ContinuousClock.Instant = .now
    ) async -> Duration? {
        while ContinuousClock.now - started < .seconds(30) {
            do { try await send([byte]) } catch { return ContinuousClock.now - started }
            try? await Task.sleep(for: pause)
        }
        return nil
    }

    /// Sends nothing, and waits until the connection is closed.
    func closes(since started: ContinuousClock.Instant) async -> Duration? {
        await isClosed(within: .seconds(30)) ? ContinuousClock.now - started : nil
    }
}

import TestSupport

extension RawConnection {
    /// Sends single bytes at intervals until the connection is closed.
    /// - Returns: the time from `started` until then; nil if the connection was not closed.
    func trickle(
        _ byte: UInt8 = 0x61, every pause: Duration = .milliseconds(50), since started: ContinuousClock.Instant = .now
    ) async -> Duration? {
        while ContinuousClock.now - started < .seconds(30) {
            do { try await send([byte]) } catch { return ContinuousClock.now - started }
            try? await Task.sleep(for: pause)
        }
        return nil
    }

    /// Sends nothing and waits until the connection is closed.
    func closes(since started: ContinuousClock.Instant) async -> Duration? {
        await isClosed(within: .seconds(30)) ? ContinuousClock.now - started : nil
    }
}

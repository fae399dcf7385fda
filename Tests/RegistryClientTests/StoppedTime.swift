import NIOCore
import Synchronization

/// A time that passes only when it is advanced.
final class StoppedTime: Sendable {
    private let value = Mutex(NIODeadline.now())

    var now: NIODeadline { value.withLock { $0 } }

    func advance(by time: TimeAmount) {
        value.withLock { $0 = $0 + time }
    }
}

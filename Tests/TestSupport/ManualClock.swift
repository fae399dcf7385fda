package import FoundationEssentials
package import Operations
import Synchronization

/// A clock that stands still until it is moved.
package final class ManualClock: Sendable {
    private let time: Mutex<Date>

    package init(_ start: Date = Date(timeIntervalSince1970: 1_413_198_103)) {
        time = Mutex(start)
    }

    package var clock: Clock { Clock { self.time.withLock { $0 } } }

    package func advance(by seconds: TimeInterval) {
        time.withLock { $0 += seconds }
    }
}

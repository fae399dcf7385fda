import Glibc
import HTTPSupport
import Logging
import NIOPosix

/// Returns freed memory to the operating system after a load.
actor FreedMemory {
    private let connections: ConnectionLimiter
    private let logger: Logger
    private var rule = MemoryRule()

    init(connections: ConnectionLimiter, logger: Logger) {
        self.connections = connections
        self.logger = logger
    }

    func release() async throws {
        guard let resident = Self.residentBytes(), rule.isDue(resident: resident, load: connections.load) else { return }
        // This takes some milliseconds, for which connections should not wait.
        try await NIOThreadPool.singleton.runIfActive { Self.trim() }
        logger.debug(
            "returned freed memory",
            metadata: ["before": .stringConvertible(resident), "after": .stringConvertible(Self.residentBytes() ?? 0)])
    }

    /// https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
    private static func residentBytes() -> Int? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let fields = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return fields.count > 1 ? Int(fields[1]).map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } : nil
    }

    /// Swift's Glibc module lacks this function (https://man7.org/linux/man-pages/man3/malloc_trim.3.html).
    private static func trim() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
    }
}

/// Decides when freed memory is returned to the operating system. This value takes no measurements itself.
///
/// glibc returns only freed memory at the end of the heap. Freed memory below a used block stays with the process.
struct MemoryRule {
    /// The growth in bytes that is tolerated before memory is returned.
    static let growth = 16 << 20
    /// Returning memory delays requests, so it is skipped while this many are in progress.
    static let busy = 10

    /// The number of times that memory is returned after the last request. Idle connections free their memory later, when they close.
    static let rounds = 10

    private var base: Int?
    private var started = 0
    private var returned = 0

    /// - Parameter resident: the resident size of the process in bytes. The first value is the baseline.
    mutating func isDue(resident: Int, load: ConnectionTable.Load) -> Bool {
        guard let base else {
            base = resident
            return false
        }
        if load.started != started { (started, returned) = (load.started, 0) }
        guard resident > base + Self.growth, load.inProgress < Self.busy, returned < Self.rounds else { return false }
        returned += 1
        return true
    }
}

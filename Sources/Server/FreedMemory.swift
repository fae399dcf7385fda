import Glibc
import HTTPSupport
import Logging
import NIOPosix

/// Returns memory that the process has freed to the system after a load.
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
        // It takes some milliseconds, which connections shall not wait for.
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

    /// Swift's module of glibc leaves this function out (https://man7.org/linux/man-pages/man3/malloc_trim.3.html).
    private static func trim() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> Int32).self)(0)
    }
}

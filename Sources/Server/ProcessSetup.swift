import Glibc
import NIOCore
import NIOPosix

/// Hardens the process before it reads any secret.
package enum ProcessHardening {
    /// Makes created files private to their owner, disables core dumps, denies inspection by other processes of the same user, ignores
    /// `SIGPIPE`, and raises the limit of file descriptors.
    package static func apply() {
        umask(0o077)
        denyInspection()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        signal(SIGPIPE, SIG_IGN)
        DescriptorLimit.raise()
        setEnvironment()
    }

    /// Makes `/proc/PID/mem`, `environ` and `fd` accessible to root only, and prevents debuggers and core dumps, including dumps piped
    /// to a program (https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html). `execv` resets this, so it is called again
    /// afterwards.
    ///
    /// Swift does not import variadic functions. This one is called with all five arguments that the kernel takes.
    private static func denyInspection() {
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let symbol = dlsym(nil, "prctl"), unsafeBitCast(symbol, to: Control.self)(setDumpable, 0, 0, 0, 0) == 0 else {
            StandardStream.error.write("lighterman: other processes of this user can read this one: prctl(PR_SET_DUMPABLE) failed\n")
            return
        }
    }

    /// `PR_SET_DUMPABLE`.
    private static let setDumpable: Int32 = 4

    /// Sets variables that are read at process start, and starts the program again.
    ///
    /// Swift's backtraces print memory next to registers (https://github.com/swiftlang/swift/blob/main/docs/Backtracing.rst). With its
    /// defaults, glibc returns memory page by page that the next part of a blob needs again, and uses more arenas than there are
    /// processors (https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html).
    private static func setEnvironment() {
        guard getenv("SWIFT_BACKTRACE") == nil else { return }
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        setenv("GLIBC_TUNABLES", "glibc.malloc.trim_threshold=8388608:glibc.malloc.mmap_threshold=4194304:glibc.malloc.arena_max=2", 0)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
}

/// The user that the server runs as.
struct ProcessUser: Sendable {
    let id: uid_t
    let groups: Set<gid_t>

    init(id: uid_t, groups: Set<gid_t>) {
        self.id = id
        self.groups = groups
    }

    static var current: ProcessUser {
        var groups = [gid_t](repeating: 0, count: max(0, Int(getgroups(0, nil))))
        let count = getgroups(Int32(groups.count), &groups)
        return ProcessUser(id: geteuid(), groups: Set(groups.prefix(max(0, Int(count))) + [getegid()]))
    }
}

/// The threads on which the tasks of the process run.
package enum TaskThreads {
    /// Runs tasks on the threads that read and write connections, so that a request is handled without changing threads. If Swift does
    /// not support this, tasks run on Swift's own threads, which is slower.
    ///
    /// Call this once, on the main thread, before the first task. These threads must never block on a disk or a name lookup: the store,
    /// lookups and files have threads of their own.
    package static func installEventLoopExecutor() {
        NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
    }
}

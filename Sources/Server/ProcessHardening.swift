import Glibc

/// What a process that holds secrets does before anything else.
package enum ProcessHardening {
    /// Files that are made are readable by their owner only; a crash leaves no memory behind; other processes of the same user read neither memory
    /// nor environment; a reader that goes away does not end the process; as many descriptors may be open as the system allows.
    package static func apply() {
        umask(0o077)
        denyInspection()
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        signal(SIGPIPE, SIG_IGN)
        DescriptorLimit.raise()
        setEnvironment()
    }

    /// `/proc/PID/mem`, `environ` and `fd` become root's, no debugger attaches, and no core is dumped, to a program of the system's neither
    /// (https://man7.org/linux/man-pages/man2/PR_SET_DUMPABLE.2const.html). Starting once more undoes it, so it is called after that again.
    ///
    /// Swift does not import functions with a variable number of arguments; this one is called with all five that the kernel takes.
    private static func denyInspection() {
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let symbol = dlsym(nil, "prctl"), unsafeBitCast(symbol, to: Control.self)(setDumpable, 0, 0, 0, 0) == 0 else {
            StandardStream.error.write("lighterman: other processes of this user can read this one: prctl(PR_SET_DUMPABLE) failed\n")
            return
        }
    }

    /// `PR_SET_DUMPABLE`.
    private static let setDumpable: Int32 = 4

    /// What is read from the environment as a process starts is set by starting once more.
    ///
    /// Swift's backtraces print memory beside registers (https://github.com/swiftlang/swift/blob/main/docs/Backtracing.rst). And glibc gives
    /// memory back that the next part of a blob needs again, page by page, and keeps more of it apart than there are processors to use it
    /// (https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html).
    private static func setEnvironment() {
        guard getenv("SWIFT_BACKTRACE") == nil else { return }
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        setenv("GLIBC_TUNABLES", "glibc.malloc.trim_threshold=8388608:glibc.malloc.mmap_threshold=4194304:glibc.malloc.arena_max=2", 0)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
}

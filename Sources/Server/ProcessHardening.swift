import Glibc

/// What a process that holds secrets does before anything else.
package enum ProcessHardening {
    /// Files that are made are readable by their owner only; a crash leaves no memory behind; a reader that goes away does
    /// not end the process; as many descriptors may be open as the system allows.
    package static func apply() {
        umask(0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        signal(SIGPIPE, SIG_IGN)
        DescriptorLimit.raise()
        setEnvironment()
    }

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

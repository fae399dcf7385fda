import Glibc

/// What a process that holds secrets does before anything else.
package enum ProcessHardening {
    /// Files that are made are readable by their owner only; a crash leaves no memory behind; a reader that goes away does
    /// not end the process.
    package static func apply() {
        umask(0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        signal(SIGPIPE, SIG_IGN)
        turnOffBacktraces()
    }

    /// Swift's backtraces print memory beside registers, and are set up as the process starts, from its environment
    /// (https://github.com/swiftlang/swift/blob/main/docs/Backtracing.rst): so the process starts itself once more.
    private static func turnOffBacktraces() {
        guard getenv("SWIFT_BACKTRACE") == nil else { return }
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }
}

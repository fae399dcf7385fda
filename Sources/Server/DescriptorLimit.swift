import Glibc

/// How many file descriptors the process may have open (https://man7.org/linux/man-pages/man2/getrlimit.2.html).
enum DescriptorLimit {
    /// Raises the soft limit to the hard one: login shells and systemd set 1024, and more only as the hard limit.
    static func raise() {
        guard var limits = read(), limits.rlim_cur < limits.rlim_max else { return }
        limits.rlim_cur = limits.rlim_max
        setrlimit(kind, &limits)
    }

    /// The soft limit.
    static func current() -> Int { read().map { Int(clamping: $0.rlim_cur) } ?? 0 }

    private static func read() -> rlimit? {
        var limits = rlimit()
        return getrlimit(kind, &limits) == 0 ? limits : nil
    }

    private static var kind: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}

import Glibc

/// Another process of this program.
struct Child {
    enum End: Hashable {
        case exited(CInt)
        case killed(signal: CInt)
        case overdue
    }

    private let arguments: [String]
    private let output: String
    private let errors: String

    /// - Parameters:
    ///   - output: the file for its standard output.
    ///   - errors: the file for its standard error.
    init(_ arguments: [String], output: String, errors: String) {
        self.arguments = arguments
        self.output = output
        self.errors = errors
    }

    /// Starts the process and waits until it exits.
    ///
    /// - Parameter seconds: the process is killed after this time; nil for no limit.
    func run(atMost seconds: Int? = nil) throws(Sockets.Failure) -> End {
        let process = try spawn()
        let end = seconds.map { ContinuousClock.now + .seconds($0) }
        var status: CInt = 0
        while waitpid(process, &status, end == nil ? 0 : WNOHANG) == 0 {
            usleep(20_000)
            guard let end, end <= .now else { continue }
            kill(process, SIGKILL)
            waitpid(process, &status, 0)
            return .overdue
        }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF) : .killed(signal: signal)
    }

    private func spawn() throws(Sockets.Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (descriptor, file) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
            posix_spawn_file_actions_addopen(&actions, descriptor, file, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0o600)
        }
        let arguments = [CommandLine.arguments[0]] + arguments
        let copies = arguments.map { (argument: String) in strdup(argument) }
        // A backtrace takes ten seconds.
        let environment = [strdup("SWIFT_BACKTRACE=enable=no")]
        defer { (copies + environment).forEach { free($0) } }
        var process = pid_t()
        guard posix_spawn(&process, "/proc/self/exe", &actions, nil, copies + [nil], environment + [nil]) == 0 else {
            throw Sockets.Failure("posix_spawn")
        }
        return process
    }
}

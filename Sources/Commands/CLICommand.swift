import ArgumentParser

/// A command that can run.
protocol CLICommand: ParsableCommand {
    /// Runs the command. Errors are printed to standard error; the program then exits with ``ExitStatus/failure``.
    func run(in environment: CLIEnvironment) async throws
}

import ArgumentParser

/// The whole program, as a function from arguments to an exit status.
package enum Program {
    /// Parses the arguments, without the program's name, and does what they say.
    package static func run(_ arguments: [String], in environment: CLIEnvironment) async -> Int32 {
        do {
            return await perform(try DockerCloudTool.parseAsRoot(arguments), in: environment)
        } catch {
            return render(error, on: environment.console)
        }
    }

    private static func perform(_ command: any ParsableCommand, in environment: CLIEnvironment) async -> Int32 {
        guard let operation = command as? any CLICommand else { return explain(command, on: environment.console) }
        do {
            try await operation.run(in: environment)
            return ExitStatus.success.rawValue
        } catch let error as CommandFailure where error.isReported {
            return error.status.rawValue
        } catch {
            environment.console.report("\(error)".printable)
            return ExitStatus.failure.rawValue
        }
    }

    /// A noun without a verb, or a call for help: both answer with a text when they are run.
    private static func explain(_ command: any ParsableCommand, on console: any Console) -> Int32 {
        do {
            var command = command
            try command.run()
            return ExitStatus.success.rawValue
        } catch {
            return render(error, on: console)
        }
    }

    /// What the parser has to say instead of a command: help, the version, a completion script, or a usage error.
    private static func render(_ error: any Error, on console: any Console) -> Int32 {
        let status = DockerCloudTool.exitCode(for: error).rawValue
        let message = DockerCloudTool.fullMessage(for: error)
        guard status == 0 else {
            console.report(message)
            return status
        }
        do {
            try console.write(message)
            return ExitStatus.success.rawValue
        } catch {
            return ExitStatus.failure.rawValue
        }
    }
}

import Commands
import FoundationEssentials
import Glibc

exit(
    await Program.run(
        Array(CommandLine.arguments.dropFirst()),
        in: CLIEnvironment(environment: ProcessInfo.processInfo.environment, console: SystemConsole())))

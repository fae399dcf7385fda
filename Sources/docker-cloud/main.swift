import Commands
import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

exit(
    await Program.run(
        Array(CommandLine.arguments.dropFirst()),
        in: CLIEnvironment(environment: ProcessInfo.processInfo.environment, console: SystemConsole())))

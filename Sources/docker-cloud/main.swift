import Commands
import FoundationEssentials

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

let surroundings = Surroundings(environment: ProcessInfo.processInfo.environment, console: SystemConsole())
exit(await Program.run(Array(CommandLine.arguments.dropFirst()), in: surroundings))

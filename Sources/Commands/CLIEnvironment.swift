import ArgumentParser
import DockerCloud
package import FoundationEssentials

/// Environment variables, console and clock. Tests inject their own.
package struct CLIEnvironment: Sendable {
    package let environment: [String: String]
    package let console: any Console
    package let now: @Sendable () -> Date

    package init(environment: [String: String], console: any Console, now: @escaping @Sendable () -> Date = { Date() }) {
        self.environment = environment
        self.console = console
        self.now = now
    }

    /// The value of a variable. An empty variable counts as unset.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

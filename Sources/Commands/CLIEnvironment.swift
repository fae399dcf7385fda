package import FoundationEssentials

/// What the program finds around it; tests make their own.
package struct CLIEnvironment: Sendable {
    package let environment: [String: String]
    package let console: any Console
    package let now: @Sendable () -> Date

    package init(environment: [String: String], console: any Console, now: @escaping @Sendable () -> Date = { Date() }) {
        self.environment = environment
        self.console = console
        self.now = now
    }

    /// A variable's value; one that is set to nothing counts as not set.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}

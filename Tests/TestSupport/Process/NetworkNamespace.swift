import Foundation

/// A network namespace for a test, in which tests run again: port 53 is free there, and the system's resolver queries the process that
/// listens on it.
package struct NetworkNamespace {
    private let name: String

    private static let mark = "LIGHTERMAN_TEST_NAMESPACE"

    /// Whether this process runs in such a namespace.
    package static var isInside: Bool { ProcessInfo.processInfo.environment[mark] != nil }

    /// Whether a namespace can be created, which needs root and `ip`.
    package static var isPossible: Bool { geteuid() == 0 && ProgramPath.find("ip") != nil }

    /// - Parameter keepsMounts: whether the tests have the machine's own `/sys` and name servers. `ip netns exec` replaces them, without
    ///   control groups.
    /// - Returns: the output of the tests of a suite in a new namespace.
    package static func run(
        suite: String, keepsMounts: Bool = false, timeout: Duration = .seconds(120)
    ) async throws -> Finished {
        let namespace = NetworkNamespace(name: "lighterman-\(UUID().uuidString.lowercased().prefix(8))")
        do {
            let finished = try await namespace.run(suite: suite, keepsMounts, timeout)
            try await namespace.remove()
            return finished
        } catch {
            try? await namespace.remove()
            throw error
        }
    }

    private var folder: String { "/etc/netns/\(name)" }

    private func run(suite: String, _ keepsMounts: Bool, _ timeout: Duration) async throws -> Finished {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n".utf8).write(to: URL(filePath: "\(folder)/resolv.conf"))
        _ = try await TestSupport.run("ip", ["netns", "add", name]).succeeded()
        _ = try await TestSupport.run("ip", ["-n", name, "link", "set", "lo", "up"]).succeeded()
        var environment = ProcessInfo.processInfo.environment
        environment[Self.mark] = name
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path(percentEncoded: false)
        let (tool, start) = keepsMounts ? ("nsenter", ["--net=/run/netns/\(name)"]) : ("ip", ["netns", "exec", name])
        return try await TestSupport.run(
            tool, start + [program, "--testing-library", "swift-testing", "--filter", suite], environment: environment, timeout: timeout)
    }

    private func remove() async throws {
        _ = try await TestSupport.run("ip", ["netns", "delete", name])
        try FileManager.default.removeItem(atPath: folder)
    }
}

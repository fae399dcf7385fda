import Foundation

/// A network of a test's own, in which the tests themselves run once more: there, port 53 is free and the name server of the
/// system is whoever listens on it.
package struct NetworkNamespace {
    private let name: String

    private static let mark = "LIGHTERMAN_TEST_NAMESPACE"

    /// Whether this process runs in one.
    package static var isInside: Bool { ProcessInfo.processInfo.environment[mark] != nil }

    /// Whether one can be made, which takes root's rights and `ip`.
    package static var isPossible: Bool { geteuid() == 0 && ProgramPath.find("ip") != nil }

    /// - Parameter keepsMounts: whether the tests see the machine's own `/sys` and name servers, of which `ip netns exec` makes others: there
    ///   are no control groups.
    /// - Returns: what the tests of a suite wrote in a namespace of their own.
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

import Foundation
import TestSupport

/// A network of a test's own, in which the tests themselves run once more: there, port 53 is free and the name server of the
/// system is whoever listens on it.
struct NetworkNamespace {
    private let name: String

    private static let mark = "LIGHTERMAN_TEST_NAMESPACE"

    /// Whether this process runs in one.
    static var isInside: Bool { ProcessInfo.processInfo.environment[mark] != nil }

    /// Whether one can be made, which takes root's rights and `ip`.
    static var isPossible: Bool { geteuid() == 0 && ProgramPath.find("ip") != nil }

    /// - Returns: what the tests of a suite wrote in a namespace of their own.
    static func run(suite: String) async throws -> Finished {
        let namespace = NetworkNamespace(name: "lighterman-\(UUID().uuidString.lowercased().prefix(8))")
        do {
            let finished = try await namespace.run(suite: suite)
            try await namespace.remove()
            return finished
        } catch {
            try? await namespace.remove()
            throw error
        }
    }

    private var folder: String { "/etc/netns/\(name)" }

    private func run(suite: String) async throws -> Finished {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n".utf8).write(to: URL(filePath: "\(folder)/resolv.conf"))
        _ = try await TestSupport.run("ip", ["netns", "add", name]).succeeded()
        _ = try await TestSupport.run("ip", ["-n", name, "link", "set", "lo", "up"]).succeeded()
        var environment = ProcessInfo.processInfo.environment
        environment[Self.mark] = name
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path(percentEncoded: false)
        return try await TestSupport.run(
            "ip", ["netns", "exec", name, program, "--testing-library", "swift-testing", "--filter", suite], environment: environment,
            timeout: .seconds(120))
    }

    private func remove() async throws {
        _ = try await TestSupport.run("ip", ["netns", "delete", name])
        try FileManager.default.removeItem(atPath: folder)
    }
}

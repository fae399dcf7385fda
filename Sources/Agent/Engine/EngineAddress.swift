import FoundationEssentials
import Glibc
import Naming

/// The Unix domain socket of an engine: `unix:///var/run/docker.sock`.
struct EngineAddress: Hashable, Sendable {
    let path: String

    private static let scheme = "unix://"

    init(parsing text: String) throws(AgentFailure) {
        guard text.hasPrefix(Self.scheme) else {
            throw AgentFailure(
                "The engine's address '\(text.onOneLine)' is not a Unix domain socket: write it as unix:///var/run/docker.sock. Engines are "
                    + "not read over TCP")
        }
        path = String(text.dropFirst(Self.scheme.count))
        guard path.hasPrefix("/"), !path.hasSuffix("/"), !path.utf8.contains(0) else {
            throw AgentFailure("The engine's address '\(text.onOneLine)' has no absolute path: write it as unix:///var/run/docker.sock")
        }
        // sun_path of sockaddr_un(7), with its final zero.
        guard path.utf8.count <= 107 else { throw AgentFailure("The path of the engine's socket is longer than 107 bytes") }
    }

    /// The path with resolved symbolic links of its folder, which is the same under each spelling: `/run/docker.sock`. The socket need
    /// not exist.
    var canonicalPath: String {
        let name = path.split(separator: "/").last ?? ""
        guard let folder = realpath(String(path.dropLast(name.count)), nil) else { return path }
        defer { free(folder) }
        let text = String(cString: folder)
        return text == "/" ? "/\(name)" : "\(text)/\(name)"
    }

    /// The URL prefix for AsyncHTTPClient, which takes the path of the socket as the host.
    var url: String { "http+unix://\(path.percentEncoded())" }
}

extension EngineAddress: CustomStringConvertible {
    var description: String { Self.scheme + path }
}

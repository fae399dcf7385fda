import Domain
import FoundationEssentials
import Naming

/// `DATA.env`: what a shell sources so that every client works, old or new.
struct AdministratorFile: Sendable {
    let path: String

    var exists: Bool { FileManager.default.fileExists(atPath: path) }

    func write(host: String, administrator: NamespaceName, key: APIKeySecret) throws(StartError) {
        try DurableFile.write(
            """
            export DOCKERCLOUD_REST_HOST=\(host)
            export DOCKERCLOUD_USER=\(administrator)
            export DOCKERCLOUD_APIKEY=\(key.revealed())

            """, to: path)
    }

    /// Puts the host that clients reach the server at in the place of the one before; everything else stays as it is.
    func refresh(host: String) throws(StartError) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("export DOCKERCLOUD_REST_HOST=") ? "export DOCKERCLOUD_REST_HOST=\(host)" : String(line)
        }
        try DurableFile.write(lines.joined(separator: "\n"), to: path)
    }
}

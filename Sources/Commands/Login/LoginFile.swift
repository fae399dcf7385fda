import FoundationEssentials

/// `docker-cloud/credentials.json` in the user's configuration folder
/// (https://specifications.freedesktop.org/basedir-spec/latest/).
struct LoginFile {
    let path: String

    init(_ environment: CLIEnvironment) throws {
        let configured = environment.variable("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        guard let folder = configured ?? environment.variable("HOME").map({ $0 + "/.config" }) else {
            throw CommandFailure("There is no place for logins: neither HOME nor XDG_CONFIG_HOME is set")
        }
        path = folder + "/docker-cloud/credentials.json"
    }

    private var folder: String { String(path.dropLast("/credentials.json".count)) }

    /// The stored logins; none where nobody ever logged in.
    func read() throws -> StoredLogins {
        guard FileManager.default.fileExists(atPath: path) else { return StoredLogins() }
        try checkPermissions()
        do {
            return try JSONDecoder().decode(StoredLogins.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw CommandFailure("The stored logins in \(path) cannot be read: remove the file and log in again")
        }
    }

    func write(_ logins: StoredLogins) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            let text = try encoder.encode(logins)
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            // A folder that was there before may have been open to others.
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
            try PrivateFile.replace(path, with: Array(text) + [UInt8(ascii: "\n")])
        } catch {
            throw CommandFailure("The login cannot be stored in \(path): \(PrivateFile.reason(error))")
        }
    }

    private func checkPermissions() throws {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 else { return }
        throw CommandFailure("Others can read the keys in \(path): run 'chmod 600 \(path)' first")
    }
}

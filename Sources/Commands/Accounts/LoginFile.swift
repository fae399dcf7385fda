import DockerCloud
import FoundationEssentials
import Glibc

/// `docker-cloud/credentials.json` in the user's configuration folder
/// (https://specifications.freedesktop.org/basedir-spec/latest/).
struct LoginFile {
    let path: String

    init(_ environment: CLIEnvironment) throws {
        let configured = environment.variable("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
        guard let folder = configured ?? environment.variable("HOME").map({ $0 + "/.config" }) else {
            throw CommandFailure("There is no folder for logins: neither HOME nor XDG_CONFIG_HOME is set")
        }
        path = folder + "/docker-cloud/credentials.json"
    }

    private var folder: String { String(path.dropLast("/credentials.json".count)) }

    /// The stored logins; empty if the file does not exist.
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
            // An existing folder may be readable by others.
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

/// The accounts that `docker-cloud login` stored, one per server.
struct StoredLogins: Codable, Equatable {
    private var hosts: [String: Login] = [:]

    struct Login: Codable, Equatable {
        var username: String
        var key: String

        enum CodingKeys: String, CodingKey {
            case username
            case key = "apikey"
        }
    }

    subscript(host: CloudHost) -> Login? {
        get { hosts[host.description] }
        set { hosts[host.description] = newValue }
    }
}

extension StoredLogins.Login: CustomStringConvertible, CustomReflectable {
    var description: String { username }
    var customMirror: Mirror { Mirror(self, children: ["username": username]) }
}

/// Writes files that only their owner can read, atomically.
enum PrivateFile {
    /// Creates a temporary file with mode 0600 in the same folder, and renames it to replace the old file.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let draft = "\(path).\(UUID().uuidString)"
        let number = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard number >= 0 else { throw Descriptor.Failure(errno: errno) }
        do {
            defer { close(number) }
            try Descriptor(number).write(bytes)
            guard fsync(number) == 0, rename(draft, path) == 0 else { throw Descriptor.Failure(errno: errno) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// The reason for a file system error.
    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as Descriptor.Failure: error.description
        case let error as CocoaError where error.code == .fileWriteNoPermission: "permission denied"
        case let error as CocoaError where error.code == .fileWriteOutOfSpace: "no space left"
        default: "its folder cannot be created"
        }
    }
}

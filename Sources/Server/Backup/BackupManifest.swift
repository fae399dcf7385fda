import FoundationEssentials
import StorageSQLite
import Wire

/// The first member of a backup, `manifest.json`: what the backup contains, and which server can read it.
struct BackupManifest: Codable, Hashable, Sendable {
    /// The version of this format.
    let format: Int
    /// The version of lighterman that wrote the backup.
    let lighterman: String
    /// The number of migrations of the database.
    let schema: Int
    let created: String
    /// The identifier of the deployment, which is not secret.
    let deployment: String
    /// The identifiers of the key-encryption keys that the backup needs, which are not secret.
    let keys: [String]
    /// The other members, in their order.
    let members: [Member]

    struct Member: Codable, Hashable, Sendable {
        let name: String
        /// In bytes.
        let size: Int
        /// In hexadecimal digits.
        let sha256: String
    }

    static let name = "manifest.json"
    static let database = "lighterman.sqlite"
    static let journal = "revocations"
    static let newestFormat = 1
    /// Larger than any manifest.
    static let largest = 1 << 20

    var text: String {
        get throws { String(decoding: try WireCoding.encode(self), as: UTF8.self) + "\n" }
    }

    private struct Requirement: Decodable {
        let format: Int
        let schema: Int
        let lighterman: String
    }

    /// Checks the versions before everything else, because a newer manifest may have other members.
    init(parsing bytes: [UInt8], of path: String) throws(StartError) {
        guard let version = try? WireCoding.decode(Requirement.self, from: Data(bytes)) else {
            throw StartError(.invalidInput, "'\(path)' is not a backup of lighterman, or is damaged: its manifest is not valid")
        }
        guard version.format <= Self.newestFormat, version.schema <= DatabaseCopy.newestSchema else {
            throw StartError(
                .configuration,
                "the backup '\(path)' is from a newer lighterman (\(version.lighterman), format \(version.format), schema \(version.schema)): this "
                    + "is \(Version.current), which reads format \(Self.newestFormat) and schemas up to \(DatabaseCopy.newestSchema)")
        }
        guard let manifest = try? WireCoding.decode(Self.self, from: Data(bytes)),
            manifest.members.map(\.name) == [Self.journal, Self.database]
        else { throw StartError(.invalidInput, "the backup '\(path)' is damaged: its manifest is not valid") }
        self = manifest
    }

    init(of copy: DatabaseCopy, deployment: UUID, created: Date, members: [Member]) {
        format = Self.newestFormat
        lighterman = Version.current
        schema = copy.schema
        self.created = LogTime.text(of: created)
        self.deployment = deployment.uuidString.lowercased()
        keys = copy.keyIDs.sorted()
        self.members = members
    }
}

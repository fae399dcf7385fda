import Logging
import Sealing

/// The source of the key-encryption keys: a systemd credential, a file or the environment, in this order.
struct KeySource: Sendable {
    private let credential: String?
    private let file: String?
    private let defaultFile: String
    private let variable: String?

    /// - Parameter file: the configured file. It must exist, except at the first start.
    init(environment: [String: String], file: String?, defaultFile: String) {
        credential = environment["CREDENTIALS_DIRECTORY"].map { "\($0)/lighterman-kek" }
        self.file = file
        self.defaultFile = defaultFile
        variable = environment["LIGHTERMAN_KEK"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Loads the configured keys. Returns nil if there are none.
    func load(logger: Logger) throws(StartError) -> KeyRing? {
        for path in [credential, file ?? defaultFile].compactMap(\.self) where FileAccess(of: path) != nil {
            return try Self.parse(try PrivateFile.read(path), from: "the file '\(path)'")
        }
        guard let variable else { return nil }
        logger.warning("the key-encryption keys come from LIGHTERMAN_KEK: other processes of this user can read that environment variable")
        return try Self.parse(variable, from: "LIGHTERMAN_KEK")
    }

    /// Creates a key for a new deployment, next to the data and never in it: a copy of the data alone cannot be decrypted.
    func generate(logger: Logger) throws(StartError) -> KeyRing {
        let path = file ?? defaultFile
        let ring = KeyRing(.generate())
        try DurableFile.write(ring.text, to: path)
        logger.notice("created a key-encryption key: keep a copy of the file, apart from copies of the data", metadata: ["file": "\(path)"])
        return ring
    }

    /// Adds a new key before the existing ones, in their file. The old keys remain, because backups need them.
    func rotate(_ ring: KeyRing, logger: Logger) throws(StartError) -> KeyRing {
        let path = file ?? defaultFile
        guard credential.flatMap({ FileAccess(of: $0) }) == nil, FileAccess(of: path) != nil else {
            throw StartError(
                .configuration,
                "the keys are not in a file that this command can write: add a new key before the others yourself, then run this again")
        }
        let rotated = ring.rotated(to: .generate())
        try DurableFile.write(rotated.text, to: path)
        logger.notice("created a new key-encryption key", metadata: ["file": "\(path)", "key": "\(rotated.newest.id)"])
        return rotated
    }

    /// The places where keys are looked for, for error messages.
    var places: String { (credential.map { "\($0), " } ?? "") + "\(file ?? defaultFile), LIGHTERMAN_KEK" }

    private static func parse(_ text: String, from source: String) throws(StartError) -> KeyRing {
        do {
            return try KeyRing(parsing: text)
        } catch {
            throw StartError(.configuration, "\(source) does not contain key-encryption keys: \(error)")
        }
    }
}

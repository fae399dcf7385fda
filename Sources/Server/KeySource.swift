import Glibc
import Logging
import Sealing

/// Where the key-encryption keys come from: a systemd credential, a file, the environment, in this order.
struct KeySource: Sendable {
    private let credential: String?
    private let file: String?
    private let defaultFile: String
    private let variable: String?

    /// - Parameter file: the one that was asked for; it must be there, but for a first start.
    init(environment: [String: String], file: String?, defaultFile: String) {
        credential = environment["CREDENTIALS_DIRECTORY"].map { "\($0)/lighterman-kek" }
        self.file = file
        self.defaultFile = defaultFile
        variable = environment["LIGHTERMAN_KEK"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The keys that are configured; nil where there are none.
    func load(logger: Logger) throws(StartError) -> KeyRing? {
        for path in [credential, file ?? defaultFile].compactMap(\.self) where access(path, F_OK) == 0 {
            return try Self.parse(try Self.readPrivate(path), from: "the file '\(path)'")
        }
        guard let variable else { return nil }
        logger.warning("the key-encryption keys come from LIGHTERMAN_KEK: other processes of this user can read a process's environment")
        return try Self.parse(variable, from: "LIGHTERMAN_KEK")
    }

    /// Makes a key for a deployment that has none yet, beside the data and never in it: a copy of the data alone opens nothing.
    func generate(logger: Logger) throws(StartError) -> KeyRing {
        let path = file ?? defaultFile
        let ring = KeyRing(.generate())
        try DurableFile.write(ring.text, to: path)
        logger.notice("made a key-encryption key: keep a copy of the file, apart from the data's", metadata: ["file": "\(path)"])
        return ring
    }

    /// Puts a new key before those of a ring, in the file that they came from. The old ones stay: backups need them.
    func rotate(_ ring: KeyRing, logger: Logger) throws(StartError) -> KeyRing {
        let path = file ?? defaultFile
        guard credential.map({ access($0, F_OK) != 0 }) ?? true, access(path, F_OK) == 0 else {
            throw StartError(
                .configuration, "the keys are not in a file of the server's: put a new key before the others yourself, then run this again")
        }
        let rotated = ring.rotated(to: .generate())
        try DurableFile.write(rotated.text, to: path)
        logger.notice("made a new key-encryption key", metadata: ["file": "\(path)", "key": "\(rotated.newest.id)"])
        return rotated
    }

    /// Where keys were looked for, for a message.
    var places: String { "\(file ?? defaultFile), LIGHTERMAN_KEK" + (credential.map { ", \($0)" } ?? "") }

    private static func parse(_ text: String, from source: String) throws(StartError) -> KeyRing {
        do {
            return try KeyRing(parsing: text)
        } catch {
            throw StartError(.configuration, "\(source) does not hold key-encryption keys: \(error)")
        }
    }

    private static func readPrivate(_ path: String) throws(StartError) -> String {
        let file: Int32
        do {
            file = try GuardedFile.openMounted(path)
        } catch {
            throw StartError(.configuration, "the key file '\(path)' cannot be read: \(error.description(of: path))")
        }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw StartError(.configuration, "the key file '\(path)' cannot be read") }
        if let objection = FileRule(user: .current).objection(toKeyFile: path, FileAccess(status)) {
            throw StartError(.configuration, objection)
        }
        // Longer than any ring of keys.
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = pread(file, &bytes, bytes.count, 0)
        guard count >= 0 else {
            throw StartError(.configuration, "the key file '\(path)' cannot be read: \(String(cString: strerror(errno)))")
        }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}

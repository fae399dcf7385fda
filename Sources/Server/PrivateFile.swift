import SystemPackage

/// A file with a secret, which only the server's user may read.
enum PrivateFile {
    /// Larger than any key ring.
    private static let longest = 64 << 10

    /// - Parameter name: the name of the file in sentences.
    static func read(_ path: String, named name: String = "the key file") throws(StartError) -> String {
        let file: FileDescriptor
        do {
            file = try GuardedFile.openMounted(path)
        } catch {
            throw unreadable("\(name) '\(path)'", error.description(of: path))
        }
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: longest)
        do {
            if let objection = FileRule(user: .current).objection(toPrivateFile: path, named: name, FileAccess(try file.stat())) {
                throw StartError(.configuration, objection)
            }
            let count = try bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: 0, into: $0) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        } catch let error as StartError {
            throw error
        } catch {
            throw unreadable("\(name) '\(path)'", error)
        }
    }

    private static func unreadable(_ file: String, _ reason: Any) -> StartError {
        StartError(.configuration, "\(file) cannot be read: \(reason)")
    }
}

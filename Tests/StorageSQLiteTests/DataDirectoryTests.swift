import Foundation
import StorageConformance
import StorageSQLite
import Testing

@Suite("The data directory")
struct DataDirectoryTests {
    @Test("A directory in use cannot be opened a second time until it is released")
    func inUse() async throws {
        try await withTemporaryDirectory { folder in
            let path = "\(folder)/data"
            do {
                let first = try DataDirectory(path)
                for _ in 0..<3 {
                    #expect(throws: DataDirectory.OpeningError.inUse(path: path)) { try DataDirectory(path) }
                }
                withExtendedLifetime(first) {}
            }
            _ = try DataDirectory(path)
        }
    }

    @Test("A store holds the lock of its directory")
    func storeHoldsTheLock() async throws {
        try await withTemporaryDirectory { folder in
            let path = "\(folder)/data"
            do {
                let store = try SQLiteStore(testing: DataDirectory(path))
                #expect(throws: DataDirectory.OpeningError.inUse(path: path)) { try DataDirectory(path) }
                try await store.write { try $0.add(Sample.repository()) }
                #expect(throws: DataDirectory.OpeningError.inUse(path: path)) { try DataDirectory(path) }
                withExtendedLifetime(store) {}
            }
            _ = try DataDirectory(path)
        }
    }

    @Test("The same directory under another path is also in use")
    func otherPath() async throws {
        try await withTemporaryDirectory { folder in
            let directory = try DataDirectory("\(folder)/data")
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "\(folder)/data")
            for path in ["\(folder)/link", "\(folder)/./data", "\(folder)/data/"] {
                #expect(throws: DataDirectory.OpeningError.inUse(path: path)) { try DataDirectory(path) }
            }
            withExtendedLifetime(directory) {}
        }
    }

    @Test("A path that is not writable is refused with the system's reason")
    func notWritable() async throws {
        try await withTemporaryDirectory { folder in
            #expect(FileManager.default.createFile(atPath: "\(folder)/file", contents: nil))
            for (path, reason) in [
                ("\(folder)/file/data", "Not a directory"), ("\(folder)/file", "Not a directory"),
                ("\(folder)/missing/data", "No such file or directory"),
            ] {
                #expect(throws: DataDirectory.OpeningError.notWritable(path: path, reason: reason)) { try DataDirectory(path) }
            }
        }
    }

    @Test("A created directory and its lock file are accessible only to the owner")
    func modes() async throws {
        try await withTemporaryDirectory { folder in
            let directory = try DataDirectory("\(folder)/data")
            #expect(try mode(directory.path) == 0o700)
            #expect(try mode("\(directory.path)/lock") == 0o600)
        }
    }

    @Test("An existing directory is used unchanged")
    func existingFolder() async throws {
        try await withTemporaryDirectory { folder in
            let before = try mode(folder)
            let directory = try DataDirectory(folder)
            #expect(try mode(folder) == before)
            #expect(directory.database == "\(folder)/lighterman.sqlite")
            #expect(directory.address == "\(folder)/address")
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}

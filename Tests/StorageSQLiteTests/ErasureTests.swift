import Domain
import Foundation
import Storage
import StorageConformance
import StorageSQLite
import Testing

/// Closing the last connection moves the write-ahead log into the database file and removes it; until then the log may
/// hold a deleted secret's bytes, which are ciphertext.
@Suite("What is deleted leaves the file")
struct ErasureTests {
    @Test("Neither a replaced nor a deleted secret's bytes are in the files of a closed database", arguments: [40, 400, 20_000])
    func erased(length: Int) async throws {
        let (replaced, deleted, current) = (randomBytes(length), randomBytes(length), randomBytes(length))
        let first = try Sample.credential(envelope: replaced)
        let second = try Sample.credential(envelope: deleted)
        try await withClosedDatabase { store in
            try await store.write { writer in
                try writer.add(first)
                try writer.add(second)
            }
        } _: { path in
            #expect(try isFound(replaced, in: path) && isFound(deleted, in: path))

            let store = try SQLiteStore(testing: DataDirectory(path))
            try await store.write { writer in
                try writer.replace(
                    Sample.credential(first.reference.id, version: 2, envelope: current), sealedWith: "key-1", at: Sample.date())
                try writer.deleteCredential(second.reference.id)
            }
            try store.close()
            #expect(try !isFound(replaced, in: path) && !isFound(deleted, in: path))
            #expect(try isFound(current, in: path))
        }
    }

    @Test("Closing leaves no write-ahead log behind")
    func noLog() async throws {
        try await withClosedDatabase { store in
            try await store.write { try $0.add(Sample.repository()) }
            try store.close()
        } _: { path in
            let files = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(files.sorted() == ["lighterman.sqlite", "lock"])
        }
    }

    private func randomBytes(_ length: Int) -> [UInt8] {
        (0..<length).map { _ in UInt8.random(in: 0...255) }
    }

    /// Whether the bytes, or a part of them such as stands on one page of a long value, are in any file of the directory.
    private func isFound(_ bytes: [UInt8], in path: String) throws -> Bool {
        let parts = stride(from: 0, to: bytes.count - 31, by: 1000).map { Data(bytes[$0..<($0 + 32)]) }
        return try FileManager.default.contentsOfDirectory(atPath: path).contains { name in
            let content = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
            return parts.contains { content.range(of: $0) != nil }
        }
    }
}

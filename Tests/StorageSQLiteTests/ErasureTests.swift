import Domain
import Foundation
import Storage
import StorageConformance
import StorageSQLite
import Testing

/// Closing the last connection merges the write-ahead log into the database file and removes it. Until then the log may contain the bytes
/// of a deleted secret, which are ciphertext.
@Suite("Erasure of deleted data")
struct ErasureTests {
    @Test("The files of a closed database contain no bytes of replaced or deleted secrets", arguments: [40, 400, 20_000])
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

    @Test("Closing removes the write-ahead log", arguments: [0, 1, 20])
    func noLog(reads: Int) async throws {
        try await withClosedDatabase { store in
            try await store.write { try $0.add(Sample.repository()) }
            try await withThrowingTaskGroup { group in
                for _ in 0..<reads { group.addTask { _ = try await store.read { try $0.deployment() } } }
                try await group.waitForAll()
            }
            try store.close()
        } _: { path in
            let files = try FileManager.default.contentsOfDirectory(atPath: path)
            #expect(files.sorted() == ["lighterman.sqlite", "lock"])
        }
    }

    private func randomBytes(_ length: Int) -> [UInt8] {
        (0..<length).map { _ in UInt8.random(in: 0...255) }
    }

    /// Whether any file of the directory contains the bytes, or a part as long as the share of a long value on one page.
    private func isFound(_ bytes: [UInt8], in path: String) throws -> Bool {
        let parts = stride(from: 0, to: bytes.count - 31, by: 1000).map { Data(bytes[$0..<($0 + 32)]) }
        return try FileManager.default.contentsOfDirectory(atPath: path).contains { name in
            let content = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)"))
            return parts.contains { content.range(of: $0) != nil }
        }
    }
}

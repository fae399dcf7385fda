import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("Files that the server reads and writes") struct GuardedFileTests {
    private func link(_ path: String, to target: String, owner: UInt32? = nil) throws {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
        if let owner { #expect(lchown(path, owner, owner) == 0) }
    }

    private func keys(_ path: String) throws -> Bool {
        let source = KeySource(environment: [:], file: path, defaultFile: "")
        return try source.load(logger: CapturedLog().logger()) != nil
    }

    private static let key = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U=\n"

    private func writeKey(_ folder: TemporaryDirectory, _ name: String) throws -> String {
        let path = try folder.write(Self.key, to: name)
        #expect(chmod(path, 0o600) == 0)
        return path
    }

    @Test("A key file in a Kubernetes volume is read; any other link in its place is not")
    func keyFileLinks() throws {
        let folder = try TemporaryDirectory()
        let real = try writeKey(folder, "volume/..2026_11_29/kek")
        try link(folder.path(of: "volume/..data"), to: "..2026_11_29")
        try link(folder.path(of: "volume/kek"), to: "..data/kek")
        #expect(try keys(folder.path(of: "volume/kek")))
        #expect(try keys(real))
        try link(folder.path(of: "absolute"), to: real)
        try link(folder.path(of: "relative"), to: "volume/..2026_11_29/kek")
        _ = try writeKey(folder, "kek")
        try link(folder.path(of: "volume/outside"), to: "..data/../../kek")
        for name in ["absolute", "relative", "volume/outside"] {
            #expect(throws: StartError.self, "\(name)") { try keys(folder.path(of: name)) }
        }
    }

    @Test(
        "Folders may be links of the server's user or root, but not of others",
        .enabled(if: geteuid() == 0, "links of other users need root"))
    func folderLinks() throws {
        let folder = try TemporaryDirectory()
        _ = try writeKey(folder, "real/kek")
        try link(folder.path(of: "own"), to: "real")
        try link(folder.path(of: "foreign"), to: folder.path(of: "real"), owner: 65534)
        try link(folder.path(of: "behind"), to: "foreign")
        #expect(try keys(folder.path(of: "own/kek")))
        for name in ["foreign", "behind"] {
            let error = #expect(throws: StartError.self) { try keys(folder.path(of: "\(name)/kek")) }
            #expect(error?.description.contains("of another user (uid 65534)") == true)
            #expect(throws: StartError.self) { try AppendedFile(folder.path(of: "\(name)/audit")) }
            #expect(throws: StartError.self) { try DurableFile.write("text", to: folder.path(of: "\(name)/new")) }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path(of: "real")) == ["kek"])
    }

    @Test("A loop of links is rejected")
    func loop() throws {
        let folder = try TemporaryDirectory()
        try link(folder.path(of: "a"), to: "b")
        try link(folder.path(of: "b"), to: "a")
        #expect(throws: StartError.self) { try DurableFile.write("text", to: folder.path(of: "a/file")) }
    }

    @Test("An audit log that is a link, or writable by others, is not written")
    func auditLog() throws {
        let folder = try TemporaryDirectory()
        let target = try folder.write("before\n", to: "target")
        try link(folder.path(of: "audit"), to: target)
        #expect(throws: StartError.self) { try AppendedFile(folder.path(of: "audit")) }
        #expect(chmod(target, 0o666) == 0)
        let error = #expect(throws: StartError.self) { try AppendedFile(target) }
        #expect(error?.description.contains("chmod go-w") == true)
        #expect(chmod(target, 0o640) == 0)
        let log = try AppendedFile(target)
        _ = try log.append(["after"])
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "before\nafter\n")
        // A link that is put in its place later is not followed either.
        let other = try folder.write("", to: "other")
        try FileManager.default.removeItem(atPath: target)
        try link(target, to: other)
        #expect(throws: StartError.self) { try log.append(["line"]) }
        #expect(log.lastLine() == nil)
        #expect(try String(contentsOfFile: other, encoding: .utf8).isEmpty)
    }

    @Test("Each temporary file is new; a link in place of the target is replaced, not followed")
    func drafts() throws {
        let folder = try TemporaryDirectory()
        let target = try folder.write("mine", to: "target")
        let path = folder.path(of: "file")
        try link(path, to: target)
        // All process identifiers that a temporary file could be named after.
        try link("\(path).\(getpid()).tmp", to: target)
        try DurableFile.write("text", to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "text")
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(names == ["file", "file.\(getpid()).tmp", "target"])
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType == .typeRegular)
    }
}

import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("The headers of a backup's archive")
struct TarHeaderTests {
    @Test(
        "A header is read as it was written, also for members of more than 8 GiB",
        arguments: [0, 1, 512, 8_589_934_591, 8_589_934_592, 1 << 60])
    func sizes(_ size: Int) {
        let header = TarHeader(name: "lighterman.sqlite", size: size)
        #expect(TarHeader(parsing: header.bytes(at: 1_700_000_000)) == header)
        #expect((size + header.padding) % 512 == 0 && header.padding < 512)
    }

    @Test("A header in which any byte was changed is refused")
    func changed() {
        let bytes = TarHeader(name: "revocations", size: 1000).bytes(at: 1_700_000_000)
        // The last byte is filled up with zeros, as are the numbers that are not used.
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x01
            let isIgnored = (154..<156).contains(index)
            #expect(TarHeader(parsing: changed) == nil || isIgnored, "byte \(index)")
        }
        #expect(TarHeader(parsing: Array(bytes.dropLast())) == nil)
        #expect(TarHeader(parsing: [UInt8](repeating: 0, count: 512)) == nil)
    }

    @Test("tar lists a member of 9 GiB", .enabled(if: ProgramPath.find("tar") != nil, "tar is not installed"))
    func large() async throws {
        let folder = try TemporaryDirectory()
        let header = TarHeader(name: "large", size: 9 << 30)
        let path = try folder.write(header.bytes(at: 0), to: "large.tar")
        // A sparse file.
        #expect(truncate(path, off_t(512 + header.size + header.padding + 1024)) == 0)
        let list = try await run("tar", ["-tvf", path]).succeeded()
        #expect(list.contains("9663676416") && list.hasSuffix(" large\n"), "\(list)")
    }
}

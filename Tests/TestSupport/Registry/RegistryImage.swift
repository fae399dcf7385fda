import Crypto
import Foundation

/// The smallest image that real tools accept: one layer with one file, in the layout of
/// https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
package struct RegistryImage: Sendable {
    private let fileName: String
    private let content: [UInt8]
    private let isExecutable: Bool

    package init(fileName: String = "hello.txt", content: [UInt8] = Array("hello\n".utf8), isExecutable: Bool = false) {
        self.fileName = fileName
        self.content = content
        self.isExecutable = isExecutable
    }

    /// Writes the layout into a subfolder.
    /// - Returns: the path for `oci:`.
    package func write(to folder: TemporaryDirectory, as name: String, tag: String) throws -> String {
        let layer = TarArchive.file(fileName, content, mode: isExecutable ? 0o755 : 0o644)
        let config = Array(
            """
            {"architecture":"amd64","os":"linux","config":{"Cmd":["/\(fileName)"]},\
            "rootfs":{"type":"layers","diff_ids":["sha256:\(Self.sha256(layer))"]}}
            """.utf8)
        let manifest = Array(
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
            "config":\(Self.descriptor("application/vnd.oci.image.config.v1+json", config)),\
            "layers":[\(Self.descriptor("application/vnd.oci.image.layer.v1.tar", layer))]}
            """.utf8)
        let index = """
            {"schemaVersion":2,"manifests":[\(Self.descriptor("application/vnd.oci.image.manifest.v1+json", manifest, tag: tag))]}
            """
        for blob in [layer, config, manifest] { try folder.write(blob, to: "\(name)/blobs/sha256/\(Self.sha256(blob))") }
        try folder.write(index, to: "\(name)/index.json")
        try folder.write(#"{"imageLayoutVersion":"1.0.0"}"#, to: "\(name)/oci-layout")
        return folder.path(of: name)
    }

    private static func descriptor(_ mediaType: String, _ blob: [UInt8], tag: String? = nil) -> String {
        let annotations = tag.map { #","annotations":{"org.opencontainers.image.ref.name":"\#($0)"}"# } ?? ""
        return #"{"mediaType":"\#(mediaType)","digest":"sha256:\#(sha256(blob))","size":\#(blob.count)\#(annotations)}"#
    }

    private static func sha256(_ blob: [UInt8]) -> String {
        SHA256.hash(data: blob).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}

/// The format of layers (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar").
enum TarArchive {
    private static let blockSize = 512

    /// An archive of one file.
    static func file(_ name: String, _ content: [UInt8], mode: Int = 0o644) -> [UInt8] {
        header(name, size: content.count, mode: mode) + padded(content) + [UInt8](repeating: 0, count: 2 * blockSize)
    }

    private static func header(_ name: String, size: Int, mode: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: blockSize)
        func put(_ text: String, at offset: Int) { header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8) }
        put(name, at: 0)
        put(octal(mode, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        // The checksum counts its own field as spaces.
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", at: 148)
        return header
    }

    private static func octal(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static func padded(_ content: [UInt8]) -> [UInt8] {
        let excess = content.count % blockSize
        return excess == 0 ? content : content + [UInt8](repeating: 0, count: blockSize - excess)
    }
}

/// An image that runs without any other file.
extension RegistryImage {
    /// Whether this machine can run the program's instructions.
    package static var isRunnable: Bool {
        #if arch(x86_64)
            true
        #else
            false
        #endif
    }

    /// An image with a program that prints a line, the whole output of its containers.
    package static func printing(_ line: String) -> RegistryImage {
        RegistryImage(fileName: "hello", content: Program.printing(line + "\n"), isExecutable: true)
    }

    /// An image with the program `/wait`, which runs until a signal ends it.
    package static var waiting: RegistryImage { RegistryImage(fileName: "wait", content: Program.waiting, isExecutable: true) }

    /// A tar archive of its files, which engines import as an image.
    package var fileSystem: [UInt8] { TarArchive.file(fileName, content, mode: isExecutable ? 0o755 : 0o644) }
}

/// A minimal program in the format of https://refspecs.linuxfoundation.org/elf/elf.pdf.
private enum Program {
    private static let start: UInt64 = 0x40_0000
    private static let headerSize: UInt64 = 64
    private static let segmentSize: UInt64 = 56

    static func printing(_ text: String) -> [UInt8] {
        let instructions = instructions(length: UInt32(text.utf8.count))
        let size = headerSize + segmentSize + UInt64(instructions.count + text.utf8.count)
        return header + segment(size: size) + instructions + Array(text.utf8)
    }

    /// `while (1) pause()`
    static var waiting: [UInt8] {
        let instructions: [UInt8] = [0xB8, 34, 0, 0, 0, 0x0F, 0x05, 0xEB, 0xF7]
        return header + segment(size: headerSize + segmentSize + UInt64(instructions.count)) + instructions
    }

    /// `write(1, text, length); exit(0)`; the text follows.
    private static func instructions(length: UInt32) -> [UInt8] {
        let exit: [UInt8] = [0xB8, 60, 0, 0, 0, 0x31, 0xFF, 0x0F, 0x05]
        let call: [UInt8] = [0xBA] + bytes(length) + [0x0F, 0x05]
        let address: [UInt8] = [0x48, 0x8D, 0x35] + bytes(UInt32(call.count + exit.count))
        return [0xB8, 1, 0, 0, 0, 0xBF, 1, 0, 0, 0] + address + call + exit
    }

    private static var header: [UInt8] {
        let identification: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        let machine = bytes(UInt16(2)) + bytes(UInt16(62)) + bytes(UInt32(1))
        let places = bytes(start + headerSize + segmentSize) + bytes(headerSize) + bytes(UInt64(0)) + bytes(UInt32(0))
        let sizes = [UInt16(headerSize), UInt16(segmentSize), 1, 0, 0, 0].flatMap { bytes($0) }
        return identification + machine + places + sizes
    }

    /// The whole file, readable and executable.
    private static func segment(size: UInt64) -> [UInt8] {
        bytes(UInt32(1)) + bytes(UInt32(5)) + [0, start, start, size, size, 0x1000].flatMap { bytes($0) }
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}

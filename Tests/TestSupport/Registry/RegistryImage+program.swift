/// An image that can be run where there is nothing but the kernel.
extension RegistryImage {
    /// Whether the program's instructions are those of this machine.
    package static var isRunnable: Bool {
        #if arch(x86_64)
            true
        #else
            false
        #endif
    }

    /// A program that prints a line, which is returned by containers as their whole output.
    package static func printing(_ line: String) -> RegistryImage {
        RegistryImage(fileName: "hello", content: Program.printing(line + "\n"), isExecutable: true)
    }
}

/// The smallest of programs, in the format of https://refspecs.linuxfoundation.org/elf/elf.pdf.
private enum Program {
    private static let start: UInt64 = 0x40_0000
    private static let headerSize: UInt64 = 64
    private static let segmentSize: UInt64 = 56

    static func printing(_ text: String) -> [UInt8] {
        let instructions = instructions(length: UInt32(text.utf8.count))
        let size = headerSize + segmentSize + UInt64(instructions.count + text.utf8.count)
        return header + segment(size: size) + instructions + Array(text.utf8)
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

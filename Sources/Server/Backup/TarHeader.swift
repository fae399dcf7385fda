/// The header of a regular file in a tar archive, in the format of POSIX
/// (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06). Sizes from 8 GiB have GNU's encoding.
struct TarHeader: Hashable, Sendable {
    /// At most 100 bytes.
    let name: String
    /// In bytes.
    let size: Int

    /// The length of a header. Contents are padded with zeros to a multiple of it, and two blocks of zeros end an archive.
    static let block = 512
    static let end = [UInt8](repeating: 0, count: 2 * block)

    /// The number of zeros after the contents.
    var padding: Int { (Self.block - size % Self.block) % Self.block }

    init(name: String, size: Int) {
        self.name = name
        self.size = size
    }

    /// - Parameter date: in seconds since 1970.
    func bytes(at date: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.block)
        func put(_ text: String, at offset: Int) {
            bytes.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put("0000600", at: 100)
        put("0000000", at: 108)
        put("0000000", at: 116)
        if size <= Self.largestOctal {
            put(Self.octal(size, digits: 11), at: Self.sizeField)
        } else {
            bytes[Self.sizeField] = Self.binaryMark
            for index in 0..<8 { bytes[Self.sizeField + 11 - index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
        }
        put(Self.octal(date, digits: 11), at: 136)
        put("0", at: Self.typeField)
        put("ustar\u{0}00", at: Self.magicField)
        put(Self.octal(Self.checksum(bytes), digits: 6) + "\u{0} ", at: Self.checksumField)
        return bytes
    }

    /// Returns nil for anything but the header of a regular file.
    init?(parsing bytes: [UInt8]) {
        guard bytes.count == Self.block, bytes[Self.magicField..<Self.magicField + 5].elementsEqual("ustar".utf8),
            bytes[Self.typeField] == UInt8(ascii: "0"),
            Self.number(bytes[Self.checksumField..<Self.checksumField + 6]) == Self.checksum(bytes),
            let name = String(validating: bytes[..<100].prefix { $0 != 0 }, as: UTF8.self)
        else { return nil }
        let field = bytes[Self.sizeField..<Self.sizeField + 12]
        let size =
            field.first == Self.binaryMark
            ? Int(bitPattern: field.suffix(8).reduce(UInt(0)) { $0 << 8 | UInt($1) }) : Self.number(field.prefix(11))
        guard let size, size >= 0 else { return nil }
        self.init(name: name, size: size)
    }

    private static let sizeField = 124
    private static let checksumField = 148
    private static let typeField = 156
    private static let magicField = 257
    private static let binaryMark: UInt8 = 0x80
    private static let largestOctal = 0o77_777_777_777

    /// The sum of all bytes, with blanks in place of the sum itself.
    private static func checksum(_ bytes: [UInt8]) -> Int {
        let sum = bytes[checksumField..<checksumField + 8].reduce(0) { $0 + Int($1) }
        return bytes.reduce(0) { $0 + Int($1) } - sum + 8 * Int(UInt8(ascii: " "))
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(number, radix: 8)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        String(validating: digits, as: UTF8.self).flatMap { Int($0, radix: 8) }
    }
}

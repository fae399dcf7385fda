/// A property that must hold for every input. libFuzzer detects a violation by the trap, and stores the input.
func expect(_ holds: Bool, _ property: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line) {
    guard holds else { fatalError("this does not hold: \(property())", file: file, line: line) }
}

/// The bytes that libFuzzer generated. Invalid UTF-8 is repaired in the text, as it is before the real parsers.
struct Input {
    let bytes: [UInt8]

    init(_ start: UnsafePointer<UInt8>?, _ count: Int) {
        bytes = Array(UnsafeBufferPointer(start: start, count: count))
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    func texts(separatedBy separator: Unicode.Scalar) -> [String] {
        bytes.split(separator: UInt8(ascii: separator)).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Compares bytes: strings that differ only in Unicode normalization are equal.
func isSame(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
    left.utf8.elementsEqual(right.utf8)
}

/// What must hold of every input. A trap is how libFuzzer learns that it does not; it keeps the input then.
func expect(_ holds: Bool, _ property: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line) {
    guard holds else { fatalError("this does not hold: \(property())", file: file, line: line) }
}

/// The bytes that libFuzzer made up. Those that are no UTF-8 are repaired in the text, as everywhere before the parsers.
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

/// Strings are equal that differ only in Unicode normalisation; their bytes are not.
func isSame(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
    left.utf8.elementsEqual(right.utf8)
}

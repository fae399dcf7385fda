/// The values of a row that decide something. Their code is stored with them: whoever can write to the database cannot compute it.
///
/// ``bytes`` is a list: each element is preceded by its length in bytes (4 bytes, big-endian), so that no two rows share an encoding. The
/// first two elements are the kind and the id, so that no code holds for another row.
package struct AuthenticatedRow: Hashable, Sendable {
    package let name: RowName
    package let fields: [Field]

    package init(_ name: RowName, _ fields: [Field]) {
        self.name = name
        self.fields = fields
    }

    package var bytes: [UInt8] {
        Self.list([Array(name.kind.rawValue.utf8), Array(name.id.utf8)] + fields.map { Self.list([Array($0.name.utf8), $0.value.bytes]) })
    }

    /// The fields for a person.
    package var content: String { fields.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }

    package struct Field: Hashable, Sendable {
        let name: String
        let value: Value

        package init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// The first byte tells the cases apart.
    package enum Value: Hashable, Sendable, CustomStringConvertible {
        case none
        case text(String)
        case flag(Bool)
        /// Milliseconds since 1970.
        case time(Int64)
        case bytes([UInt8])
        case texts([String])

        fileprivate var bytes: [UInt8] {
            switch self {
            case .none: [0]
            case .text(let text): [1] + Array(text.utf8)
            case .flag(let flag): [2, flag ? 1 : 0]
            case .time(let time): [3] + AuthenticatedRow.bigEndian(time)
            case .bytes(let bytes): [4] + bytes
            case .texts(let texts): [5] + AuthenticatedRow.list(texts.map { Array($0.utf8) })
            }
        }

        package var description: String {
            switch self {
            case .none: "-"
            case .text(let text): "'\(text)'"
            case .flag(let flag): flag ? "yes" : "no"
            case .time(let time): "\(time)"
            case .bytes(let bytes): "\(bytes.count) bytes"
            case .texts(let texts): "[\(texts.joined(separator: ", "))]"
            }
        }

        package static func optional(_ text: String?) -> Value { text.map { .text($0) } ?? .none }
    }

    private static func list(_ elements: [[UInt8]]) -> [UInt8] { elements.flatMap { bigEndian(UInt32($0.count)) + $0 } }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian, Array.init) }
}

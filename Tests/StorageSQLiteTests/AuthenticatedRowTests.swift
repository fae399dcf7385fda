import Storage
import Testing

@Suite("The encoding of authenticated rows")
struct AuthenticatedRowTests {
    @Test("Different rows have different encodings")
    func unambiguous() {
        let names = [RowName(.apikey, "a"), RowName(.account, "a"), RowName(.apikey, "ab"), RowName(.apikey, "")]
        let values: [AuthenticatedRow.Value] = [
            .none, .text(""), .text("a"), .text("ab"), .text("\0"), .flag(false), .flag(true), .time(0), .time(1), .time(-1), .bytes([]),
            .bytes([0x61]), .texts([]), .texts([""]), .texts(["a"]), .texts(["a", "b"]), .texts(["ab"]), .texts(["a b"]),
            .texts(["a", "", "b"]),
        ]
        var lists: [[AuthenticatedRow.Field]] = [[]]
        for value in values {
            for field in ["", "x", "xa"] { lists.append([.init(field, value)]) }
            for other in values { lists.append([.init("x", value), .init("y", other)]) }
        }
        let rows = names.flatMap { name in lists.map { AuthenticatedRow(name, $0) } }
        #expect(Set(rows).count == rows.count)
        #expect(Set(rows.map(\.bytes)).count == rows.count)
    }

    @Test("The encoding is frozen, because codes are stored")
    func frozen() {
        let row = AuthenticatedRow(RowName(.apikey, "k"), [.init("f", .flag(true)), .init("t", .time(1)), .init("l", .texts(["a"]))])
        let expected: [[UInt8]] = [
            [0, 0, 0, 6], Array("apikey".utf8), [0, 0, 0, 1], Array("k".utf8),
            [0, 0, 0, 11, 0, 0, 0, 1], Array("f".utf8), [0, 0, 0, 2, 2, 1],
            [0, 0, 0, 18, 0, 0, 0, 1], Array("t".utf8), [0, 0, 0, 9, 3, 0, 0, 0, 0, 0, 0, 0, 1],
            [0, 0, 0, 15, 0, 0, 0, 1], Array("l".utf8), [0, 0, 0, 6, 5, 0, 0, 0, 1], Array("a".utf8),
        ]
        #expect(row.bytes == expected.flatMap(\.self))
    }

    @Test("A row name is parsed from its description", arguments: ["apikey:abc", "membership:acme/1", "registry:registry.example:5000"])
    func names(_ text: String) {
        #expect(RowName(text)?.description == text)
    }

    @Test("Malformed row names are refused", arguments: ["", "apikey", "apikey:", ":a", "Apikey:a", "action:1"])
    func noNames(_ text: String) {
        #expect(RowName(text) == nil)
    }
}

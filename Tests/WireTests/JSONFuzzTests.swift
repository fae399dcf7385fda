import Foundation
import TestValues
import Testing
import Wire

@Suite("Parsing JSON from random texts")
struct JSONFuzzTests {
    private static let pieces = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "0061", "d83d", "\\ud83d\\udc33", "\\n", "\\/", "a", "b", "\"a\"", "\"b\":",
        "true",
        "false", "null", "tru", "0", "1", "-", "+", ".", "e", "E", "e5", "12", " ", "\n", "\t", "\u{1}", "é", "🐳", "\u{301}", "'", "/",
        "//", "NaN",
    ]

    private static let seeds = [
        #"{"name":"registry.local/user1/image1","username":"user","password":"p\u00e4ss\\"}"#,
        #"[1,-2.5e10,{"a":[true,false,null],"b":{"c":""}},"\ud83d\udc33"]"#,
        #" { "a" : [ ] , "b" : { } , "c" : "\"\/\b\f\n\r\t" } "#,
    ]

    @Test("On random texts, the JSON reader agrees with Foundation, except where it is stricter", arguments: 0..<4)
    func agreesOnRandomTexts(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<4000 {
            let count = Int.random(in: 1...12, using: &generator)
            let text = (0..<count).map { _ in Self.pieces.randomElement(using: &generator) ?? "" }.joined()
            expectAgreement(Array(text.utf8))
        }
    }

    @Test("On documents with a few changed bytes, the JSON reader agrees with Foundation, except where it is stricter", arguments: 0..<4)
    func agreesOnMutations(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(100 + seed))
        let alphabet = Array("{}[],:\"\\u0019aeE+-. \n/tfn".utf8)
        var accepted = 0
        for _ in 0..<4000 {
            var bytes = Array(try #require(Self.seeds.randomElement(using: &generator)).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                mutate(&bytes, alphabet: alphabet, using: &generator)
            }
            accepted += expectAgreement(bytes) ? 1 : 0
        }
        #expect(accepted > 200)
    }

    @Test("Random bytes do not crash the JSON reader")
    func randomBytes() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &generator)
            _ = try? JSONReader.read((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
    }

    private func mutate(_ bytes: inout [UInt8], alphabet: [UInt8], using generator: inout SeededGenerator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        let byte = alphabet.randomElement(using: &generator) ?? 0x20
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = byte
        case 1: bytes.insert(byte, at: index)
        default: bytes.remove(at: index)
        }
    }

    /// Returns whether the reader accepted the text.
    @discardableResult
    private func expectAgreement(_ bytes: [UInt8]) -> Bool {
        let foundation = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
        let text = String(decoding: bytes, as: UTF8.self)
        do {
            let value = try JSONReader.read(bytes)
            #expect(foundation || hasHugeNumber(value), "only the reader accepts \(text.debugDescription)")
            return true
        } catch .syntax {
            #expect(!foundation || hasTrailingComma(bytes), "only Foundation accepts \(text.debugDescription)")
        } catch .notUTF8 {
            #expect(!foundation || String(validating: bytes, as: UTF8.self) == nil, "\(text.debugDescription)")
        } catch {
            // Only the reader refuses duplicate members and deep nesting, as intended.
        }
        return false
    }

    /// Foundation accepts `[1,]`, which RFC 8259 does not allow.
    private func hasTrailingComma(_ bytes: [UInt8]) -> Bool {
        let dense = bytes.filter { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        return zip(dense, dense.dropFirst()).contains { $0 == UInt8(ascii: ",") && [UInt8(ascii: "]"), UInt8(ascii: "}")].contains($1) }
    }

    /// Foundation refuses numbers that `Double` cannot represent; the reader keeps their text.
    private func hasHugeNumber(_ value: JSON) -> Bool {
        switch value {
        case .number(let text): Double(text)?.isFinite != true
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let members): members.values.contains(where: hasHugeNumber)
        case .null, .bool, .string: false
        }
    }
}

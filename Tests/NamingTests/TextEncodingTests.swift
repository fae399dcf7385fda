import Naming
import Testing

@Suite("Hexadecimal and percent-encoding")
struct TextEncodingTests {
    @Test("Each byte has two lowercase hexadecimal digits") func hexadecimal() {
        #expect([UInt8]([0, 9, 15, 16, 171, 255]).hexadecimal == "00090f10abff" && [UInt8]().hexadecimal == "")
    }

    @Test("All characters but the unreserved and the kept ones are encoded")
    func encoding() {
        #expect("aZ09-._~".percentEncoded() == "aZ09-._~")
        #expect(" /:%+&=é\u{0}".percentEncoded() == "%20%2F%3A%25%2B%26%3D%C3%A9%00")
        #expect("a/b:c d".percentEncoded(keeping: "/:") == "a/b:c%20d")
        #expect("a|%2F%2f% %4 %zz%".percentEncodedOnce() == "a%7C%2F%2f%25%20%254%20%25zz%25")
        #expect("".percentEncodedOnce() == "" && "%".percentEncodedOnce() == "%25" && "%%41".percentEncodedOnce() == "%25%41")
    }

    @Test("Decoding reverses encoding for every byte, in both cases of the digits") func decoding() {
        for byte in UInt8.min...UInt8.max {
            let digits = [byte].hexadecimal
            #expect("a%\(digits)b".percentDecoded == [0x61, byte, 0x62] && "%\(digits.uppercased())".percentDecoded == [byte])
        }
        let text = "a b/é\u{1F433}%"
        #expect(text.percentEncoded().percentDecoded == Array(text.utf8))
    }

    @Test("Malformed escapes are not decoded", arguments: ["%", "%4", "a%", "%g0", "%0g", "%%41", "%-1", "%+1", "% 1", "%é", "%\u{FF11}0"])
    func malformed(text: String) { #expect(text.percentDecoded == nil) }
}

import Domain
import HTTPSupport
import Testing

@Suite("Which page a query asks for")
struct PageTests {
    @Test(
        "limit and offset, and what they are where they are left out",
        arguments: [
            ("", 25, 0), ("limit=1", 1, 0), ("limit=1000", 1000, 0), ("limit=1001", 1000, 0), ("limit=999999999999", 1000, 0),
            ("limit=0", 1000, 0), ("offset=7", 25, 7), ("limit=5&offset=10", 5, 10), ("offset=999999999999", 25, 999_999_999_999),
        ])
    func pages(_ text: String, _ limit: Int, _ offset: Int) throws {
        #expect(try Query(parsing: text).page() == Page(limit: limit, offset: offset))
    }

    @Test(
        "What is no whole number, negative or too large is refused",
        arguments: [
            "x", "", "-1", "-999", "1.5", "1e3", "0x10", "%20", "1%20", "%D9%A1", "9223372036854775807", "9223372036854775808",
            "99999999999999999999999999", "1;DROP", "null", "true", "nan",
        ])
    func noNumbers(_ value: String) throws {
        for name in ["limit", "offset"] {
            let query = try Query(parsing: "\(name)=\(value)")
            #expect { try query.page() } throws: { ($0 as? RequestError)?.status == 400 }
        }
    }
}

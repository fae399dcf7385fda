import Domain
import Testing

@testable import HTTPSupport

@Suite("The query of a request")
struct QueryTests {
    @Test(
        "Values are percent-decoded once, and a plus is a space",
        arguments: [
            ("name=a", "a"), ("name=a%2Fb%3a5000", "a/b:5000"), ("name=a/b:5000", "a/b:5000"), ("name=a+b", "a b"), ("name=a%2Bb", "a+b"),
            ("name=%2561", "%61"), ("name=%C3%A9", "\u{E9}"), ("name=a%26limit%3D1", "a&limit=1"), ("name=a=b", "a=b"),
            ("%6eame=a", "a"), ("&&name=a&", "a"),
        ])
    func decoding(_ text: String, _ value: String) throws {
        #expect(try Query(parsing: text)["name"] == value)
    }

    @Test("An empty parameter counts as absent", arguments: ["", "name", "name=", "&", "other=1"])
    func empty(_ text: String) throws {
        #expect(try Query(parsing: text)["name"] == nil)
    }

    @Test(
        "A query that is not percent-encoded UTF-8 is rejected",
        arguments: [
            "a=%", "a=%2", "a=%zz", "a=%+1", "a=%FF", "a=%C3", "a=%ED%A0%80", "a=%C0%AF", "a=%00", "a=x%00y", "%00=1", "%FF=1",
            "a=\u{E9}", "\u{E9}=1", "a=1&\u{301}b=2", "a=\u{301}1", "a= ", "a=\t", "a=\r\n", "a=\u{7F}",
        ])
    func malformed(_ text: String) {
        #expect(throws: RequestError.self) { try Query(parsing: "a=\u{0}") }
        #expect { try Query(parsing: text) } throws: { ($0 as? RequestError)?.status == 400 }
    }

    private static let repetitions = ["name=a&name=a", "name=a&n%61me=b", "name&name", "x=1&name=&name=2", "zzz=1&zzz=2&name=1&name=2"]

    @Test("A repeated parameter is rejected by name if repetition is not allowed", arguments: repetitions)
    func duplicates(_ text: String) throws {
        let query = try Query(parsing: text)
        #expect(throws: RequestError.invalid("The query parameter 'name' is given twice")) { try query.refuseRepetition() }
    }

    @Test("If repetition is allowed, the first value counts", arguments: zip(repetitions, ["a", "a", nil, nil, "1"]))
    func repeated(_ text: String, _ value: String?) throws {
        #expect(try Query(parsing: text)["name"] == value)
    }

    @Test(
        "Selected parameters keep their order and their encoding, and invalid characters are encoded",
        arguments: [
            ("tag=b&x=1&tag=a", "tag=b&tag=a"), ("tag=a&tag=a", "tag=a&tag=a"), ("tag=a%26b&t%61g=c", "tag=a%26b&tag=c"),
            ("tag=&tag=a", "tag=&tag=a"), ("tag=1&digest=2&tag=3", "tag=1&digest=2&tag=3"), ("tag=a+b%2Bc%2bd", "tag=a+b%2Bc%2bd"),
            ("tag=a%20b/c:d=e", "tag=a%20b/c:d=e"), (#"tag=a"b<c>#d|e\f^g"#, "tag=a%22b%3Cc%3E%23d%7Ce%5Cf%5Eg"),
            ("tag&digest", "tag=&digest="),
        ])
    func repeatedText(_ text: String, _ expected: String) throws {
        #expect(try Query(parsing: text).text(of: ["tag", "digest"]) == expected)
    }

    @Test("A modified query has one value of a modified parameter, and all values of the others")
    func changedRepetition() throws {
        #expect(try Query(parsing: "a=1&a=2&b=3&b=4").text(setting: ["a": "5"]) == "a=5&b=3&b=4")
    }

    @Test("A query without repeated parameters passes the check for repetition", arguments: ["", "a=1", "a=1&b=1", "a=1&A=1", "a&b"])
    func unrepeated(_ text: String) throws {
        try Query(parsing: text).refuseRepetition()
    }

    @Test("An unknown parameter is rejected by name, and the error lists the known ones")
    func unknown() throws {
        let query = try Query(parsing: "limit=1&nmae=x&zzz=1")
        #expect(throws: RequestError.invalid("Unknown query parameter 'nmae': the parameters are limit, name")) {
            try query.allow(["name", "limit"])
        }
        try query.allow(["zzz", "limit", "nmae"])
        #expect(throws: RequestError.self) { try query.allow([]) }
        #expect(throws: RequestError.self) { try Query(parsing: "Name=1").allow(["name"]) }
    }

    @Test("A modified query keeps the other parameters and parses to the same values")
    func text() throws {
        let query = try Query(parsing: "name=a/b:5000&registry=%2Fapi%2F&limit=5&x=%C3%A9+%26%3D%2B%25")
        let changed = query.text(setting: ["offset": "25", "limit": "10"])
        #expect(changed == "limit=10&name=a/b:5000&offset=25&registry=/api/&x=%C3%A9%20%26%3D%2B%25")
        let again = try Query(parsing: changed)
        #expect(again["x"] == "\u{E9} &=+%")
        #expect(again["limit"] == "10")
        #expect(again["offset"] == "25")
    }

    @Test(
        "A flag is true or false",
        arguments: [
            ("f=true", true), ("f=True", true), ("f=1", true), ("f=yes", true), ("f=false", false), ("f=FALSE", false), ("f=0", false),
            ("f=no", false), ("f=", nil), ("", nil),
        ])
    func flags(_ text: String, _ value: Bool?) throws {
        #expect(try Query(parsing: text).flag("f") == value)
    }

    @Test("A flag with another value is rejected", arguments: ["x", "2", "tru", "-1", "null"])
    func noFlag(_ value: String) throws {
        let query = try Query(parsing: "f=\(value)")
        #expect(throws: RequestError.invalid("The query parameter 'f' must be true or false")) { try query.flag("f") }
    }
}

@Suite("Scopes and forms")
struct FormTests {
    @Test(
        "Scopes may be repeated, or separated by spaces",
        arguments: ["scope=a:b:c&scope=d", "scope=a:b:c+d", "scope=a:b:c%20d", "scope=a:b:c&x=1&scope=d"])
    func scopes(_ text: String) throws {
        #expect(try Query(parsing: text)["scope"] == "a:b:c d")
        #expect(try Query(form: Array(text.utf8))["scope"] == "a:b:c d")
        try Query(parsing: text).refuseRepetition()
    }

    @Test("A form may contain a password; a URL may not")
    func password() throws {
        let text = "grant_type=password&username=a%2Fb&password=c+d%2B"
        let form = try Query(form: Array(text.utf8))
        #expect(form["username"] == "a/b" && form["password"] == "c d+")
        #expect { try Query(parsing: text) } throws: { ($0 as? RequestError)?.status == 400 }
    }

    @Test("A form with a repeated member or invalid text is rejected", arguments: ["a=1&a=2", "a=%FF", "a=%00", "a=\u{E9}", "a=1\n"])
    func refused(_ text: String) {
        #expect { try Query(form: Array(text.utf8)) } throws: { ($0 as? RequestError)?.status == 400 }
        #expect { try Query(form: [0x61, 0x3D, 0xFF]) } throws: { ($0 as? RequestError)?.status == 400 }
    }

    @Test("A query whose encoding is not valid has no parameters to forward", arguments: ["n=2&last=%", "n=2&last=%FF", "n=2&%00=a"])
    func malformedText(_ text: String) throws {
        #expect(try Query(ofTarget: text).text(of: ["n", "last"]) == "")
    }
}

@Suite("Paging parameters of a query")
struct PageTests {
    @Test(
        "limit and offset have defaults",
        arguments: [
            ("", 25, 0), ("limit=1", 1, 0), ("limit=1000", 1000, 0), ("limit=1001", 1000, 0), ("limit=999999999999", 1000, 0),
            ("limit=0", 1000, 0), ("offset=7", 25, 7), ("limit=5&offset=10", 5, 10), ("offset=999999999999", 25, 999_999_999_999),
        ])
    func pages(_ text: String, _ limit: Int, _ offset: Int) throws {
        #expect(try Query(parsing: text).page() == Page(limit: limit, offset: offset))
    }

    @Test(
        "A limit or offset that is not a whole number, negative or too large is rejected",
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

import Domain
import HTTPSupport
import Testing

@Suite("The target of a request")
struct TargetTests {
    @Test(
        "A canonical path is taken byte by byte",
        arguments: [
            "/", "/api", "/api/", "/healthz", "/api/repo/v1/repository/registry.local:5000/user1/image1/",
            "/api/repo/v1/alice/repository/a.b_c-d~e/", "/a..b/...x/.y/z.", "/!$&'()*+,=@", "/UPPER/Case",
        ])
    func canonical(_ path: String) throws {
        #expect(try Target(parsing: path).path == path)
        #expect(try Target(parsing: path + "?limit=1").path == path)
        #expect(Array(try Target(parsing: path + "?a=/../%2F;//").path.utf8) == Array(path.utf8))
    }

    @Test(
        "A path that other software may normalize differently is rejected",
        arguments: [
            "/a%2Fb", "/a%2fb", "/a%5Cb", "/a%00", "/%2e%2e/a", "/%61pi/", "/a%", "/%", "/a\\b", "/\\", "/a;b", "/a/;/b", "/a#b", "/#",
            "//", "//api/", "/api//repo", "/a//", "/.", "/..", "/./a", "/../a", "/a/./b", "/a/../b", "/a/.", "/a/..", "/a/../",
            "/\u{E9}", "/a\u{301}", "/\u{FF0F}a", "/a\u{2044}b", "/\u{202E}a", "/a b", "/a\tb", "/a\r\nb", "/a\u{7F}",
            "/\u{FEFF}",
        ])
    func ambiguous(_ path: String) {
        for target in [path, path + "?limit=1", "/\u{0}" + path] {
            #expect { try Target(parsing: target) } throws: { ($0 as? RequestError)?.status == 400 }
        }
    }

    @Test(
        "A target that is not a path is rejected",
        arguments: ["", "*", "?", "?limit=1", "api/", "http://127.0.0.1/api/", "HTTP://127.0.0.1/", "127.0.0.1:80", "#", " /", "\u{FEFF}/"])
    func noPath(_ target: String) {
        #expect { try Target(parsing: target) } throws: { ($0 as? RequestError)?.status == 400 }
    }

    @Test("A combining accent after a delimiter does not hide the delimiter", arguments: ["/a/\u{301}../b", "/a?\u{301}b=c", "/a;\u{301}"])
    func combiningMarks(_ target: String) {
        #expect { try Target(parsing: target) } throws: { ($0 as? RequestError)?.status == 400 }
    }

    @Test("The error for an invalid target names the reason")
    func reasons() {
        let said = ["/a%2Fb", "//", "/..", "/\u{E9}", "*"].map { target -> String in
            do throws(RequestError) {
                _ = try Target(parsing: target)
                return ""
            } catch {
                return error.message
            }
        }
        #expect(said[0].contains("percent-encoding"))
        #expect(said[1].contains("'//'"))
        #expect(said[2].contains("'..'"))
        #expect(said[3].contains("ASCII"))
        #expect(said[4].contains("not a path"))
    }
}

import DockerCloud
import Testing

@Suite struct CloudHostTests {
    @Test(
        "Server addresses are parsed and normalized",
        arguments: [
            ("https://cloud.example", "https://cloud.example"),
            ("https://cloud.example/", "https://cloud.example"),
            ("HTTPS://Cloud.Example:443/", "https://cloud.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://localhost:80", "http://localhost"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
            ("http://[::1]", "http://[::1]"),
        ])
    func reading(text: String, description: String) throws {
        #expect(try CloudHost(text).description == description)
    }

    @Test(
        "An invalid server address is refused, and its password is not repeated",
        arguments: [
            "", "cloud.example", "ftp://cloud.example", "https://", "https:///", "https://cloud.example/path", "https://cloud.example?a=b",
            "https://user:secret@cloud.example", "https://cloud.example:0", "https://cloud.example:65536", "https://cloud.example:",
            "https://cloud.example:8x", "https://cloud example", "https://cloud.example\r\nX: y", "https://[::1", "https://[zz]",
            "https://%63loud.example", "https://clöud.example",
        ])
    func refusing(text: String) {
        let error = #expect(throws: DockerCloudError.self) { try CloudHost(text) }
        #expect(error?.description.contains("secret") == false)
        #expect(error?.description.contains("https://cloud.example") == true)
    }

    @Test(
        "localhost, 127.0.0.0/8 and ::1 are loopback",
        arguments: [
            ("http://localhost", true), ("http://127.0.0.1", true), ("http://127.9.9.9:1", true), ("http://[::1]", true),
            ("http://cloud.example", false), ("http://128.0.0.1", false), ("http://127.0.0.1.example", false), ("http://[::2]", false),
            ("http://localhost.example", false),
        ])
    func loopback(text: String, expected: Bool) throws {
        #expect(try CloudHost(text).isLoopback == expected)
    }

    @Test("Spellings of one server address are equal; other ports and schemes are not")
    func equality() throws {
        #expect(try CloudHost("https://A.example/") == CloudHost("https://a.example:443"))
        #expect(try CloudHost("https://a.example") != CloudHost("https://a.example:8443"))
        #expect(try CloudHost("https://a.example") != CloudHost("http://a.example:443"))
    }
}

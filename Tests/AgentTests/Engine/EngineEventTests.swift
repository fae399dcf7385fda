import Testing

@testable import Agent

@Suite("The events of an engine")
struct EngineEventTests {
    @Test(
        "Events of containers, services and pods trigger a look at the containers",
        arguments: [
            ("container", "create"), ("container", "start"), ("container", "die"), ("container", "destroy"), ("container", "remove"),
            ("container", "rename"), ("container", "pause"), ("container", "health_status: healthy"), ("service", "create"),
            ("service", "update"), ("service", "remove"), ("node", "update"), ("pod", "remove"),
        ])
    func containers(_ type: String, _ action: String) {
        #expect(EngineEvent.change(line(type, action)) == .containers)
    }

    @Test("Events of images may change the names of images", arguments: ["pull", "tag", "untag", "delete", "load", "import", "remove"])
    func images(_ action: String) {
        #expect(EngineEvent.change(line("image", action)) == .images)
    }

    @Test(
        "Commands in containers, networks and volumes trigger nothing",
        arguments: [
            ("container", "exec_create: sh -c true"), ("container", "exec_start"), ("container", "exec_die"), ("container", "exec"),
            ("container", "attach"), ("container", "top"), ("container", "resize"), ("container", "copy"), ("network", "connect"),
            ("volume", "mount"), ("daemon", "reload"), ("builder", "prune"), ("secret", "create"),
        ])
    func nothing(_ type: String, _ action: String) {
        #expect(EngineEvent.change(line(type, action)) == nil)
    }

    @Test(
        "A line that is no event triggers a look",
        arguments: ["{}", "[]", "x", #"{"Type":1}"#, "\u{FF}", String(repeating: "[", count: 100_000)])
    func unknown(_ line: String) {
        #expect(EngineEvent.change(Array(line.utf8)) == .containers)
    }

    private func line(_ type: String, _ action: String) -> [UInt8] {
        Array(#"{"Type":"\#(type)","Action":"\#(action)","Actor":{"ID":"7b97","Attributes":{"name":"a"}},"time":1796030397}"#.utf8)
    }
}

@Suite("Lines of a stream")
struct LineSplitterTests {
    @Test("Lines are found in parts of any size", arguments: [1, 2, 3, 100])
    func parts(_ size: Int) {
        var splitter = LineSplitter(maximumLength: 10)
        var lines: [String] = []
        let bytes = Array("a\n\nbc\r\nlong enough to be cut\nd".utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            splitter.append(bytes[start..<min(start + size, bytes.count)])
            while let line = splitter.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(lines == ["a", "bc\r", "long enoug"])
    }
}

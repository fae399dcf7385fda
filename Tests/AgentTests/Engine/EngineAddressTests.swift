import Testing

@testable import Agent

@Suite("Addresses of engines")
struct EngineAddressTests {
    @Test("An address is a scheme and an absolute path", arguments: ["/var/run/docker.sock", "/run/user/1000/podman/podman.sock", "/a b%"])
    func accepts(_ path: String) throws {
        let address = try EngineAddress(parsing: "unix://\(path)")
        #expect(address.path == path)
        #expect(address.description == "unix://\(path)")
    }

    @Test(
        "Any other address is refused with an example",
        arguments: [
            "", "/var/run/docker.sock", "tcp://127.0.0.1:2375", "http://host", "unix://", "unix://run/docker.sock", "unix:///run/",
            "unix:/run/docker.sock", "npipe:////./pipe/docker_engine",
        ])
    func refuses(_ text: String) throws {
        let error = try #require(throws: AgentFailure.self) { try EngineAddress(parsing: text) }
        #expect(error.description.contains("unix:///var/run/docker.sock"))
    }

    @Test("A path that no socket can have is refused")
    func long() {
        #expect(throws: AgentFailure.self) { try EngineAddress(parsing: "unix:///" + String(repeating: "a", count: 107)) }
    }

    @Test("The path is percent-encoded for the HTTP client")
    func url() throws {
        #expect(try EngineAddress(parsing: "unix:///run/a b.sock").url == "http+unix://%2Frun%2Fa%20b.sock")
    }

    @Test("Both spellings of a path with a symbolic link are the same engine, even before it runs")
    func canonical() throws {
        #expect(try EngineAddress(parsing: "unix:///proc/self/root/tmp/none.sock").canonicalPath == "/tmp/none.sock")
        #expect(try EngineAddress(parsing: "unix:///none/none.sock").canonicalPath == "/none/none.sock")
    }
}

@Suite("The identity of a machine")
struct MachineIdentityTests {
    private func machine(_ text: String?) throws -> (MachineIdentity, TemporaryFile) {
        let file = try TemporaryFile(text)
        return (MachineIdentity(file: file.path), file)
    }

    @Test("An instance is stable, differs by machine and engine, and does not reveal the machine's ID")
    func stable() throws {
        let id = "0123456789abcdef0123456789abcdef"
        let address = try EngineAddress(parsing: "unix:///run/docker.sock")
        let (machine, file) = try machine("\(id)\n")
        let instance = try machine.instance(of: address, engineID: "HXT6")
        #expect(instance.count == 64 && instance.allSatisfy(\.isHexDigit))
        #expect(!instance.contains(id))
        #expect(try MachineIdentity(file: file.path).instance(of: address, engineID: nil) == instance)
        #expect(try machine.instance(of: EngineAddress(parsing: "unix:///run/podman.sock"), engineID: "HXT6") != instance)
        let (other, otherFile) = try self.machine("f123456789abcdef0123456789abcdef\n")
        #expect(try other.instance(of: address, engineID: "HXT6") != instance)
        withExtendedLifetime((file, otherFile)) {}
    }

    @Test("Without a machine ID, the engine's own ID identifies it", arguments: [nil, "", "uninitialized\n", "0123"])
    func withoutID(_ text: String?) throws {
        let (machine, file) = try machine(text)
        let address = try EngineAddress(parsing: "unix:///run/docker.sock")
        #expect(try machine.instance(of: address, engineID: "A") != machine.instance(of: address, engineID: "B"))
        let error = try #require(throws: AgentFailure.self) { try machine.instance(of: address, engineID: nil) }
        #expect(error.description.contains("/etc/machine-id"))
        withExtendedLifetime(file) {}
    }
}

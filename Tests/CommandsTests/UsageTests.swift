import Testing

@Suite struct UsageTests {
    @Test(
        "Every command has help",
        arguments: [
            [], ["repository"], ["registry"], ["repository", "ls"], ["repository", "inspect"], ["repository", "register"],
            ["repository", "update"], ["repository", "rm"], ["registry", "ls"], ["registry", "inspect"], ["registry", "trust"],
            ["repository", "verify"], ["login"], ["organization"], ["organization", "ls"], ["organization", "inspect"],
            ["organization", "create"], ["organization", "rm"], ["member"], ["member", "ls"], ["member", "inspect"], ["member", "set"],
            ["member", "rm"], ["robot"], ["robot", "ls"], ["robot", "inspect"], ["robot", "create"], ["robot", "set"], ["robot", "rm"],
            ["user"], ["user", "ls"], ["user", "inspect"], ["user", "create"], ["user", "disable"], ["user", "enable"], ["apikey"],
            ["apikey", "ls"], ["apikey", "inspect"], ["apikey", "create"], ["apikey", "revoke"], ["action"], ["action", "ls"],
            ["action", "inspect"], ["setup"], ["setup", "podman"], ["setup", "containerd"], ["setup", "docker"], ["setup", "buildx"],
        ])
    func help(command: [String]) async {
        let shell = await Shell.run(command + ["--help"])
        #expect(shell.status == 0)
        #expect(shell.errors.isEmpty)
        #expect(shell.output.first?.contains("USAGE: " + (["docker-cloud"] + command).joined(separator: " ")) == true)
    }

    @Test(
        "A noun without a verb prints its subcommands",
        arguments: [
            [], ["repository"], ["registry"], ["organization"], ["member"], ["robot"], ["user"], ["apikey"], ["action"], ["setup"],
        ])
    func noun(command: [String]) async {
        let shell = await Shell.run(command)
        #expect(shell.status == 0)
        #expect(shell.output.first?.contains("SUBCOMMANDS:") == true)
    }

    @Test("The version is one line")
    func version() async {
        let shell = await Shell.run(["--version"])
        #expect(shell.status == 0)
        #expect(shell.output.count == 1)
        #expect(shell.output.first?.hasPrefix("docker-cloud ") == true)
    }

    @Test("Completion scripts are generated for bash, zsh and fish", arguments: ["bash", "zsh", "fish"])
    func completions(name: String) async {
        let shell = await Shell.run(["--generate-completion-script", name])
        #expect(shell.status == 0)
        #expect(shell.output.first?.contains("register") == true)
    }

    @Test(
        "A wrong command line is a usage error",
        arguments: [
            ["nonsense"], ["repository", "nonsense"], ["repository", "inspect"], ["repository", "rm"], ["repository", "register"],
            ["repository", "ls", "-o", "xml"], ["repository", "ls", "extra"], ["--nonsense"], ["registry", "inspect"],
            ["registry", "trust"], ["repository", "verify"], ["organization", "create"], ["organization", "rm"], ["member", "rm"],
            ["member", "set", "carol"], ["member", "set", "carol", "owner"], ["robot", "create"], ["robot", "create", "a", "b"],
            ["robot", "create", "ci", "--permission", "owner"], ["robot", "set", "ci"], ["robot", "rm"], ["user", "create"],
            ["user", "disable"], ["user", "enable"], ["apikey", "create", "extra"], ["apikey", "create", "--expires", "soon"],
            ["apikey", "create", "-o", "table"], ["apikey", "revoke"], ["action", "inspect"], ["action", "ls", "extra"],
        ])
    func usage(arguments: [String]) async {
        let shell = await Shell.run(arguments, environment: ["DOCKERCLOUD_AUTH": "x", "DOCKERCLOUD_REST_HOST": "http://127.0.0.1:1"])
        #expect(shell.status == 64)
        #expect(shell.output.isEmpty)
        #expect(!shell.errors.isEmpty)
    }
}

import FakeCloud
import Testing

@testable import Commands

@Suite struct SecrecyTests {
    @Test("A stored login prints only its user name")
    func login() {
        let login = StoredLogins.Login(username: "alice", key: "canary")
        var dumped = ""
        dump(login, to: &dumped)
        for text in ["\(login)", String(reflecting: login), dumped] { #expect(!text.contains("canary")) }
    }

    @Test("Failed commands print no password and no key", arguments: [400, 401, 404, 500, 302, 200])
    func failures(status: Int) async throws {
        try await FakeCloud.run { request in
            let password = request.body.contains("canary-pass") ? "canary-pass" : ""
            return .response(status: status, body: #"{"error": "\#(password) canary-key \#(request.headers["authorization"] ?? "")"}"#)
        } _: { cloud in
            let environment = ["DOCKERCLOUD_USER": "alice", "DOCKERCLOUD_APIKEY": "canary-key"]
            for arguments in [
                ["repository", "register", "-u", "robot", "-p", "canary-pass", "a/b"],
                ["repository", "update", "-p", "canary-pass", "a/b", "a/c"], ["repository", "ls"], ["registry", "inspect", "a.example"],
                ["user", "create", "carol"], ["apikey", "create"], ["apikey", "ls"], ["action", "inspect", "0b5f"],
            ] {
                let shell = await Shell.run(
                    arguments, at: cloud, environment: environment, console: ScriptedConsole(errorIsTerminal: true))
                #expect(shell.status == 3)
                #expect(!shell.everything.contains("canary") && !shell.everything.contains("YWxpY2U6"))
            }
        }
    }
}

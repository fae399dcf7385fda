import Domain
import Testing

@testable import RegistryClient

@Suite("Short credentials in a registry's message") struct ShortCredentialTests {
    private func traces(_ username: String, _ password: String) -> CredentialLeakDetector {
        CredentialLeakDetector(Credential(username: Secret(username), password: Secret(password)))
    }

    @Test("Fewer than four characters hide nothing by themselves", arguments: [("a", "b"), ("abc", "de"), ("", "x"), ("1", "")])
    func short(_ username: String, _ password: String) {
        let message = "access denied: abc and de are 1 x of a registry, code 401"
        #expect(!traces(username, password).occur(in: message))
    }

    @Test("As Basic authentication sends them, they are recognised; four characters are, in each spelling")
    func recognised() {
        #expect(traces("abc", "de").occur(in: "got Basic YWJjOmRl"))
        for message in ["password abcd is wrong", "YWJjZA==", "61626364"] { #expect(traces("u", "abcd").occur(in: message), "\(message)") }
    }
}

import Domain
import Testing

@Suite("Secrets cannot be printed")
struct SecretTests {
    private struct Holder {
        let credential = Credential(username: Secret("canary-user"), password: Secret("canary-password"))
        let key = APIKeySecret(parsing: APIKeySecretTests.frozen)
    }

    @Test("Secrets are redacted in every form of printing, alone or inside other values")
    func printing() throws {
        let holder = Holder()
        let key = try #require(holder.key)
        var texts: [String] = []
        for value in [holder, holder.credential, holder.credential.password, key] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            texts += ["\(value)", String(reflecting: value), dumped]
        }
        for text in texts {
            #expect(!text.contains("canary"), "\(text)")
            #expect(!text.contains(APIKeySecretTests.frozen.dropFirst(16)), "\(text)")
        }
        #expect(Mirror(reflecting: holder.credential.password).children.isEmpty)
        #expect(Mirror(reflecting: key).children.isEmpty)
    }
}

import Domain
import HTTPSupport
import Testing

@Suite("Secrets in a URL")
struct SecretInURLTests {
    private let key: String

    init() {
        var generator = SystemRandomNumberGenerator()
        key = APIKeySecret.mint(using: &generator).revealed()
    }

    private func refusal(of target: String) -> RequestError? {
        do throws(RequestError) {
            _ = try Target(parsing: target)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "A parameter with the name of a secret is rejected, whatever its value",
        arguments: [
            "access_token", "api_key", "apikey", "auth", "authorization", "key", "passwd", "password", "secret", "token", "username",
            "TOKEN", "Api_Key", "%74oken", "tok%65n",
        ])
    func names(_ name: String) {
        for query in ["\(name)=x", "\(name)=", name, "limit=1&\(name)=x"] {
            let rejection = refusal(of: "/api/repo/v1/repository/?\(query)")
            #expect(rejection?.status == 400)
            #expect(rejection?.message.contains("must not contain credentials") == true)
        }
    }

    @Test("An API key is detected anywhere: in a value, a name, a text, the path, percent-encoded or truncated")
    func shapes() {
        let encoded = key.utf8.map { "%" + String($0, radix: 16) }.joined()
        let places = [
            "?name=\(key)", "?name=x\(key)y", "?\(key)", "?\(key)=1", "?limit=1&x=\(key)", "?name=\(encoded)",
            "?name=%6c%6D_\(key.dropFirst(3))", "?name=\(key.dropLast(20))", "?lm=\(key)", "?name=Basic%20\(key)", "\(key)", "\(key)/",
            "x/\(key)/y/", "x\(key)?limit=1", "?a=b?\(key)",
        ]
        for place in places {
            let rejection = refusal(of: "/api/repo/v1/repository/\(place)")
            #expect(rejection?.message.contains("must not contain credentials") == true, "\(place)")
            #expect(rejection?.message.contains(key.suffix(20)) == false)
        }
    }

    @Test("Names that only resemble a key are accepted", arguments: ["helm_integrations_x", "lm_", "lm_aaaaaaaaaaaa_short", "realm_x"])
    func harmless(_ name: String) {
        #expect(refusal(of: "/api/repo/v1/repository/\(name)/") == nil)
        #expect(refusal(of: "/api/repo/v1/repository/?name=\(name)") == nil)
    }
}

import Naming
import Testing

@Suite("What a repository's name may not be")
struct RepositoryNameRuleTests {
    @Test("A name that breaks a rule is refused with that very rule", arguments: BrokenName.all)
    func refuses(_ broken: BrokenName) {
        for text in broken.texts {
            #expect(brokenRule(of: text) == broken.rule, "\(text.debugDescription)")
        }
    }

    @Test("The table has two names or more for every rule that a repository's name can break")
    func coversEveryRule() {
        let counts = Dictionary(BrokenName.all.map { ($0.rule, $0.texts.count) }, uniquingKeysWith: +)
        for rule in NamingError.Rule.allCases where ![.namespace, .reserved, .robot].contains(rule) {
            let distinct = rule == .empty ? 1 : 2
            #expect(counts[rule, default: 0] >= distinct, "\(rule)")
        }
    }

    @Test("A path of 255 characters and a host of 253 are accepted, one more is too long")
    func limits() {
        let host = BrokenName.host(length: 253)
        let path = String(repeating: "a", count: 255)
        #expect(brokenRule(of: "\(host)/\(path)") == nil)
        #expect(brokenRule(of: "\(host):65535/\(path)") == nil)
        #expect(brokenRule(of: "\(host)/\(path)a") == .tooLong)
        #expect(brokenRule(of: "\(BrokenName.host(length: 254))/a") == .tooLong)
    }

    @Test("The limit counts the 'library/' that Docker Hub's short names stand for")
    func limitCountsLibrary() {
        #expect(brokenRule(of: String(repeating: "a", count: 247)) == nil)
        #expect(brokenRule(of: String(repeating: "a", count: 248)) == .tooLong)
    }

    @Test("A label of a host has up to 63 characters")
    func labelLimit() {
        #expect(brokenRule(of: String(repeating: "a", count: 63) + ".example/x") == nil)
        #expect(brokenRule(of: String(repeating: "a", count: 64) + ".example/x") == .host)
    }

    @Test("64 hexadecimal digits name a repository where something else is written with them")
    func hexadecimalInContext() {
        let digits = String(repeating: "0f", count: 32)
        #expect(brokenRule(of: digits) == .hexadecimal)
        #expect(brokenRule(of: String(digits.dropLast())) == nil)
        #expect(brokenRule(of: digits + "0") == nil)
        #expect(brokenRule(of: "registry.example/\(digits)") == nil)
        #expect(brokenRule(of: "\(digits)/image") == nil)
    }

    @Test("Each rule reads as a sentence of its own")
    func sentences() {
        let sentences = NamingError.Rule.allCases.map(\.rawValue)
        #expect(Set(sentences).count == sentences.count)
        #expect(sentences.allSatisfy { $0.count > 15 && !$0.hasSuffix(".") })
    }

    @Test("An error describes itself with its rule and never repeats the name")
    func description() throws {
        let error = try #require(throws: NamingError.self) { try RepositoryName(parsing: "registry.example/hunter2:v1") }
        #expect("\(error)" == NamingError.Rule.tag.rawValue)
    }
}

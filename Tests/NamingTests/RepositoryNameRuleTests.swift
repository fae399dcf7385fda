import Naming
import Testing

@Suite("Invalid repository names")
struct RepositoryNameRuleTests {
    @Test("An invalid repository name is refused with the rule that it violates", arguments: BrokenName.all)
    func refuses(_ broken: BrokenName) {
        for text in broken.texts {
            #expect(brokenRule(of: text) == broken.rule, "\(text.debugDescription)")
        }
    }

    @Test("The table of invalid names has at least two names for each rule")
    func coversEveryRule() {
        let counts = Dictionary(BrokenName.all.map { ($0.rule, $0.texts.count) }, uniquingKeysWith: +)
        let others: [NamingError.Rule] = [.namespace, .reserved, .robot, .imageTag, .imageDigest, .service, .agent]
        for rule in NamingError.Rule.allCases where !others.contains(rule) {
            let distinct = rule == .empty ? 1 : 2
            #expect(counts[rule, default: 0] >= distinct, "\(rule)")
        }
    }

    @Test("A path may have 255 characters and a registry's host 253")
    func limits() {
        let host = BrokenName.host(length: 253)
        let path = String(repeating: "a", count: 255)
        #expect(brokenRule(of: "\(host)/\(path)") == nil)
        #expect(brokenRule(of: "\(host):65535/\(path)") == nil)
        #expect(brokenRule(of: "\(host)/\(path)a") == .tooLong)
        #expect(brokenRule(of: "\(BrokenName.host(length: 254))/a") == .tooLong)
    }

    @Test("The length limit includes the implied 'library/' of Docker Hub's short names")
    func limitCountsLibrary() {
        #expect(brokenRule(of: String(repeating: "a", count: 247)) == nil)
        #expect(brokenRule(of: String(repeating: "a", count: 248)) == .tooLong)
    }

    @Test("A label of a registry's host may have 63 characters")
    func labelLimit() {
        #expect(brokenRule(of: String(repeating: "a", count: 63) + ".example/x") == nil)
        #expect(brokenRule(of: String(repeating: "a", count: 64) + ".example/x") == .host)
    }

    @Test("A name of 64 hexadecimal digits is refused only if it has no registry and no other component")
    func hexadecimalInContext() {
        let digits = String(repeating: "0f", count: 32)
        #expect(brokenRule(of: digits) == .hexadecimal)
        #expect(brokenRule(of: String(digits.dropLast())) == nil)
        #expect(brokenRule(of: digits + "0") == nil)
        #expect(brokenRule(of: "registry.example/\(digits)") == nil)
        #expect(brokenRule(of: "\(digits)/image") == nil)
    }

    @Test("Each naming rule has an error message of its own")
    func sentences() {
        let sentences = NamingError.Rule.allCases.map(\.rawValue)
        #expect(Set(sentences).count == sentences.count)
        #expect(sentences.allSatisfy { $0.count > 15 && !$0.hasSuffix(".") })
    }

    @Test("A naming error describes the rule and does not repeat the name")
    func description() throws {
        let error = try #require(throws: NamingError.self) { try RepositoryName(parsing: "registry.example/hunter2:v1") }
        #expect("\(error)" == NamingError.Rule.tag.rawValue)
    }
}

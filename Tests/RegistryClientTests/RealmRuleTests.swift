import Domain
import Naming
import TestSupport
import TestValues
import Testing

@testable import RegistryClient

@Suite("Rule for token realms")
struct RealmRuleTests {
    @Test("A realm on the registry itself, a known realm or an approved one is used", arguments: AllowedRealm.all)
    func allowed(_ row: AllowedRealm) throws {
        let realm = try RealmRule(registry: row.registry.endpoint()).realm(named: row.realm)
        #expect(realm.endpoint.origin + realm.target() == row.url)
        #expect(realm.endpoint.origin + realm.target(adding: "a=b") == row.url + (row.url.contains("?") ? "&" : "?") + "a=b")
        #expect(realm.endpoint.origin + realm.url.path == String(row.url.prefix { $0 != "?" }))
        #expect(realm.endpoint.trust.isApproved == row.isApproved)
        #expect(realm.endpoint.trust.certificateAuthorities == row.registry.trust.certificateAuthorities)
    }

    @Test("A realm that cannot be allowed is refused without a command", arguments: RegistryRow.all, UnusableRealm.all)
    func unusable(_ registry: RegistryRow, _ realm: UnusableRealm) throws {
        // It is refused even if an administrator has pinned the same text.
        for pinned in [registry.trust.realm, realm.text] {
            var row = registry
            row.trust.realm = pinned
            let error = try #require(throws: RealmError.self) { try RealmRule(registry: row.endpoint()).realm(named: realm.text) }
            guard case .unusable = error else {
                Issue.record("\(error)")
                continue
            }
            let reason = error.text(for: try row.endpoint().authority, hiding: SecretsInUse(nil)).sentences()
            #expect(!reason.contains("docker-cloud"))
            #expect(reason.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && reason.utf8.count < 300)
        }
    }

    @Test("A realm on another host is refused with the command that allows it", arguments: ForeignRealm.all)
    func foreign(_ row: ForeignRealm) throws {
        let rule = RealmRule(registry: try row.registry.endpoint())
        let error = try #require(throws: RealmError.self) { try rule.realm(named: row.realm) }
        guard case .foreign(let url) = error else {
            Issue.record("\(error)")
            return
        }
        let command = "docker-cloud registry trust \(row.registry.name) --realm \(url.withoutQuery)"
        let text = error.text(for: rule.registry.authority, hiding: SecretsInUse(nil))
        #expect(text.advice == "A server administrator can allow it with '\(command)'")
        var trusting = row.registry
        trusting.trust.realm = url.withoutQuery
        #expect(try RealmRule(registry: trusting.endpoint()).realm(named: row.realm).url.withoutQuery == url.withoutQuery)
    }

    @Test("An http realm of an https registry is refused even if approved")
    func plainForTLS() throws {
        for realm in ["http://registry.example/token", "HTTP://registry.example:443/token", "http://auth.docker.io/token"] {
            var row = RegistryRow("registry.example")
            row.trust.realm = realm
            let rule = RealmRule(registry: try row.endpoint())
            #expect(throws: RealmError.unusable("it is http, and the registry itself is https")) { try rule.realm(named: realm) }
        }
    }

    @Test("With a pinned realm no other one is used, not even one on the registry itself", arguments: ChangedRealm.all)
    func changed(_ row: ChangedRealm) throws {
        var registry = RegistryRow("registry.example")
        registry.trust.realm = row.pinned
        let rule = RealmRule(registry: try registry.endpoint())
        let url = try TokenRealm.url(parsing: row.named)
        let error = try #require(throws: RealmError.self) { try rule.realm(named: row.named) }
        #expect(error == .changed(url))
        let reason = error.text(for: rule.registry.authority, hiding: SecretsInUse(nil)).sentences()
        #expect(
            reason
                == "registry.example now uses another token realm, \(url.withoutQuery), which is not trusted yet. A server administrator "
                + "can allow it with 'docker-cloud registry trust registry.example --realm \(url.withoutQuery)'.")
    }

    @Test("A pinned realm matches every spelling of its URL")
    func pinned() throws {
        var row = RegistryRow("registry.example")
        row.trust.realm = "https://auth.example/token"
        for spelling in ["https://auth.example/token", "HTTPS://AUTH.Example:443/token", "https://auth.example/token?a=b"] {
            #expect(try RealmRule(registry: row.endpoint()).realm(named: spelling).url.withoutQuery == "https://auth.example/token")
        }
    }

    @Test("A realm that contains the credential appears neither in an error nor in a pin", arguments: Canary.spellings + Canary.encodings)
    func secrecy(_ spelling: String) throws {
        // Unencoded, if a URL can contain it.
        let isURL = (try? TokenRealm.url(parsing: "https://evil.example/\(spelling)")) != nil
        let path = isURL ? spelling : Canary.urlEscaped(spelling)
        let rule = RealmRule(registry: try RegistryRow("registry.example").endpoint())
        let error = try #require(throws: RealmError.self) { try rule.realm(named: "https://evil.example/\(path)") }
        for error in [error, .changed(try TokenRealm.url(parsing: "https://evil.example/\(path)"))] {
            let reason = error.text(for: rule.registry.authority, hiding: SecretsInUse(Canary.credential)).sentences()
            #expect(Canary.traces(in: reason).isEmpty && reason.contains("docker-cloud registry trust"), "\(reason)")
        }
        let pin = try rule.realm(named: "https://registry.example/\(path)").pin(hiding: SecretsInUse(Canary.credential))
        #expect(Canary.traces(in: pin ?? "").isEmpty)
        #expect(
            try rule.realm(named: "https://registry.example/token").pin(hiding: SecretsInUse(Canary.credential))
                == "https://registry.example/token")
    }

    @Test("The test's search finds the credential in a realm")
    func found() throws {
        let url = try TokenRealm.url(parsing: "https://evil.example/\(Canary.urlEscaped(Canary.password))")
        let reason = RealmError.foreign(url).text(for: .dockerHub, hiding: SecretsInUse(Canary.credential)).sentences()
        #expect(reason.contains("--realm URL'"))
        #expect(RealmError.foreign(url).text(for: .dockerHub, hiding: SecretsInUse(nil)).sentences().contains(url.withoutQuery))
    }

    @Test("Random realms are used only on the registry's own host", arguments: 0..<10)
    func random(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pieces = ["https://", "registry.example", "evil.example", ":443", ":", "@", "/", "\\", "?", "#", ".", "%2f", " ", "é", "0"]
        let rule = RealmRule(registry: try RegistryRow("registry.example").endpoint())
        for _ in 0..<3000 {
            let tail = (0..<Int.random(in: 0...6, using: &generator)).compactMap { _ in pieces.randomElement(using: &generator) }
            guard let realm = try? rule.realm(named: "https://" + tail.joined()) else { continue }
            #expect(realm.endpoint.origin == "https://registry.example")
            #expect((realm.endpoint.origin + realm.target()).hasPrefix("https://registry.example/"))
        }
    }
}

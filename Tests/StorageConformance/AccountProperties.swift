import Domain
import FoundationEssentials
import Storage
import Testing

extension StoreProperty {
    static let accounts = [
        StoreProperty("An API key is found with its account, with all fields as inserted") { store in
            for (number, isAdministrator) in [true, false].enumerated() {
                let account = try Sample.account("team-\(number)", isAdministrator: isAdministrator, isDisabled: !isAdministrator)
                let key = APIKey(
                    id: "key\(number)", account: account.id, hash: Array(0...255), label: "e\u{301}'\"", scopes: Set(Scope.allCases),
                    created: Sample.date(1), expires: Sample.date(1_800_000_000_001), revoked: Sample.date(1_750_000_000_999))
                try await store.write { writer in
                    try writer.insert(account)
                    try writer.insert(key)
                }
                let found = try #require(try await store.read { try $0.apiKey(key.id) })
                #expect(found.key == key)
                #expect(found.key.label.utf8.elementsEqual(key.label.utf8))
                #expect(found.account == account)
            }
        },
        StoreProperty("An API key can have any scopes or none, and neither expiry nor revocation") { store in
            let account = try Sample.account()
            try await store.write { try $0.insert(account) }
            for scopes in [[]] + Scope.allCases.map({ [$0] }) {
                let key = Sample.apiKey("key-\(scopes.first?.rawValue ?? "")", of: account, scopes: Set(scopes))
                try await store.write { try $0.insert(key) }
                #expect(try await store.read { try $0.apiKey(key.id)?.key } == key)
            }
        },
        StoreProperty("An unknown API key is nil, even if only the case of its id differs") { store in
            let account = try Sample.account()
            try await store.write { writer in
                try writer.insert(account)
                try writer.insert(Sample.apiKey("abcdefghijkl", of: account))
            }
            for id in ["", "ABCDEFGHIJKL", "abcdefghijk", "abcdefghijk_", "abcdefghijkl "] {
                #expect(try await store.read { try $0.apiKey(id) } == nil, "\(id.debugDescription)")
            }
        },
        StoreProperty("Account names and API key identifiers are unique") { store in
            let account = try Sample.account()
            let key = Sample.apiKey(of: account)
            try await store.write { writer in
                try writer.insert(account)
                try writer.insert(key)
            }
            await #expect(throws: StoreError.duplicate) {
                try await store.write { try $0.insert(Sample.account()) }
            }
            await #expect(throws: StoreError.duplicate) {
                try await store.write { writer in
                    let other = try Sample.account("others")
                    try writer.insert(other)
                    try writer.insert(Sample.apiKey(key.id, of: other))
                }
            }
            #expect(try await store.read { try $0.apiKey(key.id)?.account } == account)
        },
        StoreProperty("An API key of an unknown account is refused") { store in
            let key = Sample.apiKey(of: try Sample.account())
            await #expect(throws: StoreError.self) { try await store.write { try $0.insert(key) } }
            #expect(try await store.read { try $0.apiKey(key.id) } == nil)
        },
    ]
}

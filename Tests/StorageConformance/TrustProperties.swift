import Domain
import Naming
import Storage
import Testing

extension StoreProperty {
    static let trust = [
        StoreProperty("All combinations of trust settings are read back as stored, from insertions and updates") { store in
            for (number, trust) in combinations.enumerated() {
                let authority = try Sample.authority("host-\(number).example")
                let registry = Registry(authority: authority, isSSL: number.isMultiple(of: 2), trust: trust)
                try await store.write { try number.isMultiple(of: 3) ? $0.upsert(registry) : $0.configure(registry) }
                #expect(try await store.registry(authority) == registry)
            }
            for (number, trust) in combinations.reversed().enumerated() {
                let registry = Registry(authority: try Sample.authority("host-\(number).example"), isSSL: nil, trust: trust)
                try await store.write { try $0.configure(registry) }
                #expect(try await store.registry(registry.authority) == registry)
            }
        },
        StoreProperty("An upsert removes no trust settings, and adds only an approval or a realm") { store in
            for (known, learned) in combinations.flatMap({ known in combinations.map { (known, $0) } }) {
                let authority = try Sample.authority()
                try await store.write { writer in
                    try writer.configure(Registry(authority: authority, isSSL: true, trust: known))
                    try writer.upsert(Registry(authority: authority, isSSL: nil, trust: learned))
                }
                var expected = known
                expected.isApproved = known.isApproved || learned.isApproved
                expected.realm = known.realm ?? learned.realm
                #expect(try await store.registry(authority) == Registry(authority: authority, isSSL: true, trust: expected))
            }
        },
        StoreProperty("Networks and blob hosts are read back; an upsert removes no networks and leaves blob hosts unchanged") { store in
            let networks = try Set(["10.0.0.0/8", "fc00::/7"].map { try #require(Network($0)) })
            let hosts = try Set(["minio.example:9000", "store.example"].map { try Sample.authority($0) })
            let (authority, trust) = (try Sample.authority(), RegistryTrust(networks: networks, blobHosts: hosts))
            try await store.write { try $0.configure(Registry(authority: authority, isSSL: true, trust: trust)) }
            #expect(try await store.registry(authority)?.trust == trust)
            try await store.write { try $0.upsert(Registry(authority: authority, isSSL: true, trust: RegistryTrust())) }
            #expect(try await store.registry(authority)?.trust == trust)
            let other = try Set([#require(Network("127.0.0.0/8"))])
            try await store.write { try $0.upsert(Registry(authority: authority, isSSL: true, trust: RegistryTrust(networks: other))) }
            #expect(try await store.registry(authority)?.trust == RegistryTrust(networks: other, blobHosts: hosts))
            try await store.write { try $0.configure(Registry(authority: authority, isSSL: true)) }
            #expect(try await store.registry(authority)?.trust == RegistryTrust())
        },
        StoreProperty("The first realm from an upsert is pinned until it is removed by configuration") { store in
            let authority = try Sample.authority()
            for (realm, pinned) in [(nil, nil), ("first", "first"), ("second", "first"), (nil, "first")] as [(String?, String?)] {
                try await store.write { try $0.upsert(Registry(authority: authority, isSSL: true, trust: RegistryTrust(realm: realm))) }
                #expect(try await store.registry(authority)?.trust.realm == pinned)
            }
            try await store.write { try $0.configure(Registry(authority: authority, isSSL: true)) }
            #expect(try await store.registry(authority)?.trust == RegistryTrust())
            try await store.write { try $0.upsert(Registry(authority: authority, isSSL: true, trust: RegistryTrust(realm: "second"))) }
            #expect(try await store.registry(authority)?.trust.realm == "second")
        },
        StoreProperty("Configuring a registry leaves other registries and all repositories unchanged") { store in
            let (first, second) = (try Sample.repository("a.example/a"), try Sample.repository("b.example/a"))
            try await store.write { writer in
                for repository in [first, second] { try writer.add(repository) }
                let trust = RegistryTrust(isApproved: true, certificateAuthorities: "PEM", realm: "https://r.example/")
                try writer.configure(Registry(authority: first.name.authority, isSSL: false, trust: trust))
            }
            #expect(try await store.registry(second.name.authority) == Registry(authority: second.name.authority, isSSL: true))
            #expect(try await store.read { try $0.all(in: first.namespace).items } == [first, second])
        },
        StoreProperty("Certificates and realms are read back byte for byte") { store in
            for text in Sample.difficultTexts {
                let trust = RegistryTrust(certificateAuthorities: "ca \(text)", realm: "realm \(text)")
                let registry = Registry(authority: try Sample.authority(), isSSL: true, trust: trust)
                try await store.write { try $0.configure(registry) }
                let found = try await store.registry(registry.authority)?.trust
                #expect(found?.certificateAuthorities.map { Array($0.utf8) } == Array("ca \(text)".utf8))
                #expect(found?.realm.map { Array($0.utf8) } == Array("realm \(text)".utf8))
            }
        },
    ]

    private static var combinations: [RegistryTrust] {
        [true, false].flatMap { approved in
            [true, false].flatMap { plain in
                [nil, "PEM"].flatMap { ca in
                    [nil, "https://r.example/"].map { realm in
                        RegistryTrust(isApproved: approved, isPlainHTTP: plain, certificateAuthorities: ca, realm: realm)
                    }
                }
            }
        }
    }
}

extension Store {
    fileprivate func registry(_ authority: RegistryAuthority) async throws -> Registry? {
        try await read { try $0.registry(authority) }
    }
}

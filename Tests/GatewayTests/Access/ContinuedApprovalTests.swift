import Domain
import Naming
import Operations
import Storage
import TestSupport
import Testing

/// A pull or push in progress ends when an administrator withdraws an approval of its registry, or when its credential is rejected.
@Suite("Approvals during a pull or a push") struct ContinuedApprovalTests {
    enum Loss: CaseIterable, Sendable {
        case approvalWithdrawn, networkRemoved, plainHTTPWithdrawn, blobHostRemoved, realmReplaced, credentialRejected

        func happen(in fixture: Fixture) async throws {
            switch self {
            case .approvalWithdrawn: try await configure(fixture, isApproved: false)
            case .plainHTTPWithdrawn: try await configure(fixture, isPlainHTTP: false)
            case .blobHostRemoved: try await configure(fixture, blobHosts: [])
            case .realmReplaced: try await configure(fixture, realm: "https://other.example/token")
            case .networkRemoved:
                try await fixture.change { $0.networks = [] }
            case .credentialRejected:
                var repository = try await fixture.inspect()
                repository.verification.state = .rejected
                try await fixture.backend.decoratedStore.write { [repository] in try $0.update(repository) }
            }
        }

        private func configure(
            _ fixture: Fixture, isApproved: Bool? = nil, isPlainHTTP: Bool? = nil, realm: String? = nil,
            blobHosts: [RegistryAuthority]? = nil
        ) async throws {
            let change = RegistryChange(
                isApproved: isApproved, isPlainHTTP: isPlainHTTP, certificateAuthorities: nil, realm: realm, blobHosts: blobHosts)
            let authority = try RegistryAuthority(parsing: fixture.registry.authority)
            _ = try await fixture.backend.backend.configureRegistry(authority, change, in: nil, by: fixture.backend.caller())
        }
    }

    private static let blob = "/v2/team/image/blobs/\(Sample.blobDigest)"

    /// Runs a fixture whose registry has every approval that the loss can take back.
    private func run(_ loss: Loss?, _ body: (Fixture) async throws -> Void) async throws {
        try await Fixture.run { fixture in
            try await fixture.change { trust in
                trust.isApproved = loss != .networkRemoved
                trust.networks = Set([Network("127.0.0.0/8")].compactMap(\.self))
                trust.isPlainHTTP = true
                trust.blobHosts = [try RegistryAuthority(parsing: "blobs.example:9000")]
                trust.realm = "https://auth.example/token"
            }
            try await body(fixture)
        }
    }

    @Test("A pull in progress ends with the approval, and the connection is closed", arguments: Loss.allCases)
    func pull(_ loss: Loss) async throws {
        try await run(loss) { fixture in
            fixture.registry.set(loss == .approvalWithdrawn ? .endless(status: 200) : .hangInBody(status: 200), for: "GET", Self.blob)
            let connection = try await RawConnection.open(port: fixture.server.port)
            let target = "/v2/\(fixture.name())/blobs/\(Sample.blobDigest)"
            try await connection.send(fixture.server.request("GET", target).bytes)
            #expect(try await connection.receive(toHead: true).status == 200)
            try await Task.sleep(for: .milliseconds(700))
            #expect(!fixture.server.log.text.contains("ended a request in progress"))
            try await loss.happen(in: fixture)
            #expect(await connection.isClosed(within: .seconds(5)), "\(loss)")
            await connection.close()
            #expect(fixture.server.log.text.contains("ended a request in progress"))
        }
    }

    @Test("An upload in progress ends with the approval, and the registry receives nothing more", arguments: Loss.allCases)
    func push(_ loss: Loss) async throws {
        try await run(loss) { fixture in
            let begun = try await fixture.send("POST", "blobs/uploads/")
            let location = try #require(begun["Location"])
            let connection = try await RawConnection.open(port: fixture.server.port)
            let fields = [(name: "Content-Length", value: "100000000")]
            let piece = [UInt8](repeating: 0x61, count: 1000)
            try await connection.send(fixture.server.request("PATCH", location, fields, body: piece).bytes)
            try await fixture.wait { fixture.registry.beginnings.contains { $0.hasPrefix("PATCH ") } }
            try await Task.sleep(for: .milliseconds(700))
            try await loss.happen(in: fixture)
            let response = try await connection.receive()
            #expect(response.status == 403 && response["Connection"] == "close", "\(loss): \(response.status) \(response.text)")
            try await fixture.wait(.seconds(10)) { fixture.registry.waitingCount == 0 }
            await connection.close()
        }
    }

    @Test("A pull from the host of a redirect ends with the approval of that host", arguments: [false, true])
    func redirected(_ isBlobHost: Bool) async throws {
        try await FaultyRegistry.run { store in
            store.set(.hangInBody(status: 200), for: "GET", "/content")
            try await run(nil) { fixture in
                let host = try RegistryAuthority(parsing: store.authority)
                if isBlobHost {
                    try await fixture.change { $0.blobHosts.insert(host) }
                } else {
                    try await fixture.change(host) { $0.isApproved = true }
                }
                fixture.registry.set(.redirect(to: "http://\(store.authority)/content"), for: "GET", Self.blob)
                let connection = try await RawConnection.open(port: fixture.server.port)
                let target = "/v2/\(fixture.name())/blobs/\(Sample.blobDigest)"
                try await connection.send(fixture.server.request("GET", target).bytes)
                #expect(try await connection.receive(toHead: true).status == 200)
                try await Task.sleep(for: .milliseconds(700))
                #expect(!fixture.server.log.text.contains("ended a request in progress"))
                if isBlobHost {
                    try await fixture.change { $0.blobHosts.remove(host) }
                } else {
                    try await fixture.change(host) { $0.isApproved = false }
                }
                #expect(await connection.isClosed(within: .seconds(5)))
                await connection.close()
                #expect(fixture.server.log.text.contains("ended a request in progress"))
            }
        }
    }

    @Test("A pull continues while its approvals are unchanged or extended, and other registries lose theirs")
    func unchanged() async throws {
        try await run(nil) { fixture in
            let other = try RegistryAuthority(parsing: "other.example")
            try await fixture.change(other) { $0.isApproved = true }
            let body = Array("late".utf8)
            fixture.registry.set(.late(milliseconds: 1500, .answer(status: 200, body: body)), for: "GET", Self.blob)
            async let response = fixture.send("GET", "blobs/\(Sample.blobDigest)")
            try await Task.sleep(for: .milliseconds(300))
            try await fixture.change(other) { $0.isApproved = false }
            try await fixture.change { $0.blobHosts.insert(other) }
            #expect(try await response.body == body)
        }
    }
}

extension Fixture {
    /// Changes the trust settings of a registry, by default the fixture's own.
    fileprivate func change(
        _ authority: RegistryAuthority? = nil, _ body: @escaping @Sendable (inout RegistryTrust) throws -> Void
    ) async throws {
        let authority = try authority ?? RegistryAuthority(parsing: registry.authority)
        try await backend.decoratedStore.write { writer in
            var registry = try writer.registry(authority) ?? Registry(authority: authority, isSSL: false)
            try body(&registry.trust)
            try writer.configure(registry)
        }
    }
}

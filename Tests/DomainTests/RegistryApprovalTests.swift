import Domain
import Naming
import Testing

@Suite("Changes of a registry's approval") struct RegistryApprovalTests {
    private static let full: RegistryTrust = {
        let networks = [Network("10.0.0.0/8"), Network("192.168.0.0/16")].compactMap(\.self)
        let host = try? RegistryAuthority(parsing: "blobs.example:9000")
        return RegistryTrust(
            isApproved: true, networks: Set(networks), blobHosts: Set([host].compactMap(\.self)), isPlainHTTP: true,
            certificateAuthorities: "pem", realm: "https://auth.example/token")
    }()

    private func registry(_ trust: RegistryTrust, isSSL: Bool? = false) throws -> Registry {
        Registry(authority: try RegistryAuthority(parsing: "registry.example"), isSSL: isSSL, trust: trust)
    }

    @Test(
        "Each withdrawn or replaced approval disallows connections that were allowed",
        arguments: [
            { $0.isApproved = false }, { $0.blobHosts = [] }, { $0.isPlainHTTP = false }, { $0.certificateAuthorities = nil },
            { $0.certificateAuthorities = "other" }, { $0.realm = nil }, { $0.realm = "https://other.example/token" },
        ] as [@Sendable (inout RegistryTrust) -> Void])
    func withdrawn(_ change: @Sendable (inout RegistryTrust) -> Void) throws {
        var trust = Self.full
        change(&trust)
        #expect(try !registry(trust).allowsAll(of: registry(Self.full)))
    }

    @Test("A removed network disallows connections, unless the registry is approved for every network")
    func networks() throws {
        var (former, current) = (Self.full, Self.full)
        former.isApproved = false
        current.networks = Set(current.networks.dropFirst())
        #expect(try registry(current).allowsAll(of: registry(former)))
        current.isApproved = false
        #expect(try !registry(current).allowsAll(of: registry(former)))
        #expect(try registry(former).allowsAll(of: registry(current)))
    }

    @Test(
        "A connection without TLS is disallowed once the registry is used with TLS",
        arguments: [
            (false, true, false), (false, nil, false), (false, false, true), (nil, true, true), (nil, false, true), (true, true, true),
        ] as [(Bool?, Bool?, Bool)])
    func tls(_ before: Bool?, _ now: Bool?, _ isAllowed: Bool) throws {
        #expect(try registry(Self.full, isSSL: now).allowsAll(of: registry(Self.full, isSSL: before)) == isAllowed)
    }

    @Test("Further approvals disallow nothing")
    func extended() throws {
        #expect(try registry(Self.full).allowsAll(of: registry(RegistryTrust())))
        #expect(try registry(Self.full).allowsAll(of: registry(Self.full)))
    }
}

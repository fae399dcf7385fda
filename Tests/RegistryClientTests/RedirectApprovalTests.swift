import Domain
import Naming
import Testing

@testable import RegistryClient

@Suite("Approvals for redirect targets")
struct RedirectApprovalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let url: String
        /// The approved registry.
        let approved: String
        var isPlainHTTP = false
        let isAllowed: Bool

        var testDescription: String { "\(url) \(approved)" }
    }

    private static let rows = [
        Row(url: "https://store.example/a", approved: "store.example", isAllowed: true),
        Row(url: "https://store.example:443/a", approved: "store.example", isAllowed: true),
        Row(url: "https://store.example/a", approved: "store.example:443", isAllowed: true),
        Row(url: "https://store.example/a", approved: "store.example", isPlainHTTP: true, isAllowed: false),
        Row(url: "https://store.example/a", approved: "store.example:80", isAllowed: false),
        Row(url: "http://store.example/a", approved: "store.example", isAllowed: false),
        Row(url: "http://store.example/a", approved: "store.example", isPlainHTTP: true, isAllowed: true),
        Row(url: "http://store.example/a", approved: "store.example:80", isAllowed: true),
        Row(url: "http://store.example:9000/a", approved: "store.example:9000", isAllowed: true),
        Row(url: "https://store.example:9000/a", approved: "store.example:9000", isAllowed: true),
        Row(url: "https://store.example:9000/a", approved: "store.example", isAllowed: false),
        Row(url: "https://store.example:9000/a", approved: "store.example:9001", isAllowed: false),
        Row(url: "https://a.store.example/a", approved: "store.example", isAllowed: false),
    ]

    @Test("An approval applies to its host and port, with its certificates but without its realm", arguments: rows)
    func approval(_ row: Row) async throws {
        let url = try RegistryURL(resolving: row.url)
        let trust = RegistryTrust(
            isApproved: true, isPlainHTTP: row.isPlainHTTP, certificateAuthorities: "PEM", realm: "https://auth.example/token")
        let approval = RedirectApproval { name in
            name.description == row.approved ? Registry(authority: name, isSSL: !row.isPlainHTTP, trust: trust) : nil
        }
        let endpoint = await approval.endpoint(of: url)
        #expect(endpoint.trust == (row.isAllowed ? RegistryTrust(isApproved: true, certificateAuthorities: "PEM") : RegistryTrust()))
        #expect(endpoint.host == url.authority.host && endpoint.port == url.port && endpoint.isTLS == url.isTLS)
        // A blob host of the registry is approved, without any other setting.
        let blobHost = RegistryTrust(isApproved: true, blobHosts: [try RegistryAuthority(parsing: row.approved)])
        let isBlobHost = row.isAllowed && !row.isPlainHTTP || row.url.hasPrefix("https://store.example/") && row.approved == "store.example"
        #expect(await RedirectApproval { _ in nil }.endpoint(of: url, from: blobHost).trust == RegistryTrust(isApproved: isBlobHost))
        // The message names the registry to approve.
        let advised = RedirectApproval { name in
            name == endpoint.authority ? Registry(authority: name, isSSL: true, trust: RegistryTrust(isApproved: true)) : nil
        }
        #expect(await advised.endpoint(of: url).trust.isApproved)
    }
}

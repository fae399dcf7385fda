import Domain
import NIOCore
import TestSupport
import Testing

@testable import RegistryClient

/// Runs in a network namespace, where port 53 is free.
@Suite("Name servers in a network namespace", .serialized, .enabled(if: NetworkNamespace.isInside, "runs in a network namespace only"))
struct NameServerTests {
    @Test("A connection needs one look-up and goes only to the checked address")
    func flipping() async throws {
        try await NameServer.run { names in
            names.answer("registry.test", .addresses(["127.0.0.1"]), .addresses(["127.0.0.2"]))
            try await FaultyRegistry.run(.open) { registry in
                try await CountingListener.run(at: "127.0.0.2", port: registry.port) { other, _ in
                    let policy = AddressPolicy(allowing: try [#require(Allowance("127.0.0.1"))])
                    try await AsyncHTTPClientTransport.run(policy: policy, resolver: nil) { transport in
                        try await #expect(transport.contact("registry.test:\(registry.port)") == .success(200))
                        #expect(names.lookups(of: "registry.test") == 1)
                        #expect(try await transport.contact("registry.test:\(registry.port)").forbidden != nil)
                        #expect(names.lookups(of: "registry.test") == 2)
                    }
                    #expect(other.count == 0)
                }
                #expect(registry.requests.count == 1)
            }
        }
    }

    @Test(
        "A name with one forbidden IPv4 or IPv6 address is not connected to",
        arguments: [
            ["127.0.0.1", "169.254.169.254"], ["169.254.169.254"], ["127.0.0.1", "fe80::1"], ["127.0.0.1", "::ffff:169.254.169.254"],
            ["127.0.0.1", "64:ff9b::169.254.169.254"], ["127.0.0.1", "0.0.0.0"],
        ])
    func mixed(_ addresses: [String]) async throws {
        try await NameServer.run { names in
            names.answer("mixed.test", .addresses(addresses))
            try await CountingListener.run { listener, port in
                try await AsyncHTTPClientTransport.run(resolver: nil) { transport in
                    let answer = try await transport.contact("mixed.test:\(port)", trust: .approved)
                    #expect(answer.forbidden?.contains("never connects there") == true, "\(answer)")
                }
                #expect(listener.count == 0)
            }
        }
    }

    @Test(
        "A name of this machine needs an approval, also with an IPv4-mapped address",
        arguments: ["127.0.0.1", "::ffff:127.0.0.1", "::1", "127.9.9.9"])
    func loopback(_ address: String) async throws {
        try await NameServer.run { names in
            names.answer("loopback.test", .addresses([address]))
            try await CountingListener.run { listener, port in
                try await AsyncHTTPClientTransport.run(resolver: nil) { transport in
                    let answer = try await transport.contact("loopback.test:\(port)")
                    #expect(answer.forbidden?.contains("docker-cloud registry trust") == true, "\(answer)")
                }
                #expect(listener.count == 0)
            }
        }
    }

    @Test("A name that does not exist is unknown, but a failure of the name server is an error")
    func failures() async throws {
        try await NameServer.run { names in
            names.answer("broken.test", .failure)
            names.answer("empty.test", .addresses([]))
            try await AsyncHTTPClientTransport.run(resolver: nil) { transport in
                for name in ["unknown.test", "empty.test"] {
                    try await #expect(transport.contact(name) == .failure(.unknownHost))
                }
                try await #expect(transport.contact("broken.test") == .failure(.connection("the host name could not be looked up")))
            }
        }
    }

    struct HalfRow: Sendable, CustomTestStringConvertible {
        let isIPv4: Bool
        let code: UInt8

        var testDescription: String { "\(isIPv4 ? "A" : "AAAA") with the code \(code)" }

        /// FORMERR, SERVFAIL, NOTIMP and REFUSED (https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1).
        static let all = [true, false].flatMap { isIPv4 in [1, 2, 4, 5].map { HalfRow(isIPv4: isIPv4, code: $0) } }
    }

    @Test("A failure for one address family is an error, not an unknown name", arguments: HalfRow.all)
    func halfFailures(_ row: HalfRow) async throws {
        try await NameServer.run { names in
            names.answer("half.test", .half(isIPv4: row.isIPv4, code: row.code))
            try await AsyncHTTPClientTransport.run(resolver: nil) { transport in
                try await #expect(transport.contact("half.test") == .failure(.connection("the host name could not be looked up")))
            }
        }
    }

    @Test("Silence for one address family is an error, not an unknown name", arguments: [true, false])
    func halfSilence(_ isIPv4: Bool) async throws {
        try await NameServer.run { names in
            names.answer("half.test", .half(isIPv4: isIPv4, code: nil))
            try await AsyncHTTPClientTransport.run(resolver: nil) { transport in
                let answer = try await transport.contact("half.test", within: .seconds(3))
                #expect(answer == .failure(.timedOut) || answer == .failure(.connection("the host name could not be looked up")))
            }
        }
    }

    @Test("48 hanging look-ups of one account delay neither a known registry nor a new one of another account")
    func silentNames() async throws {
        let (alice, mallory) = (Requester.fresh(), Requester.fresh())
        try await NameServer.run { names in
            for number in 0..<48 { names.answer("silent-\(number).test", .silence) }
            for name in ["registry.test", "other.test"] { names.answer(name, .addresses(["127.0.0.1"])) }
            try await FaultyRegistry.run(.open) { registry in
                try await AsyncHTTPClientTransport.run(resolver: nil) { transport in
                    let known = "registry.test:\(registry.port)"
                    try await #expect(transport.contact(known, trust: .approved, for: alice) == .success(200))
                    let silent = (0..<48).map { number in
                        Task { try await transport.contact("silent-\(number).test", within: .seconds(8), for: mallory) }
                    }
                    try await Task.sleep(for: .milliseconds(500))
                    for name in [known, "other.test:\(registry.port)"] {
                        let elapsed = try await ContinuousClock().measure {
                            try await #expect(transport.contact(name, trust: .approved, for: alice) == .success(200))
                        }
                        #expect(elapsed < .seconds(3), "\(name)")
                    }
                    for task in silent { task.cancel() }
                    for task in silent { _ = await task.result }
                }
            }
        }
    }

    @Test("A hanging look-up ends at its deadline and delays no other name")
    func hanging() async throws {
        try await NameServer.run { names in
            names.answer("hanging.test", .silence)
            names.answer("registry.test", .addresses(["127.0.0.1"]))
            try await FaultyRegistry.run(.open) { registry in
                try await AsyncHTTPClientTransport.run(resolver: nil) { transport in
                    let elapsed = try await ContinuousClock().measure {
                        async let hanging = transport.contact("hanging.test", within: .milliseconds(300))
                        let answer = try await transport.contact("registry.test:\(registry.port)", trust: .approved)
                        #expect(answer == .success(200))
                        let late = try await hanging
                        #expect(late == .failure(.timedOut))
                    }
                    #expect(elapsed < .milliseconds(900))
                }
            }
        }
    }
}

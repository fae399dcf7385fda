import Domain
import NIOCore
import Synchronization
import TestSupport
import Testing

@testable import RegistryClient

@Suite("Address cache")
struct AddressCacheTests {
    private static func address(_ text: String) throws -> [IPAddress] { [try #require(IPAddress(text))] }

    @Test("Cached addresses are used for some seconds without another look-up")
    func fresh() async throws {
        let time = Mutex(NIODeadline.now())
        let cache = AddressCache(lifetime: .seconds(5), now: { time.withLock { $0 } })
        let count = Mutex(0)
        func ask() async throws -> [IPAddress] {
            try await cache.addresses(of: "a", deadline: .now() + .seconds(5)) { _ throws(TransportError) in
                count.withLock { $0 += 1 }
                return [IPAddress("192.0.2.1")].compactMap(\.self)
            }
        }
        for _ in 0..<10 { #expect(try await ask() == Self.address("192.0.2.1")) }
        #expect(count.withLock { $0 } == 1)
        time.withLock { $0 = $0 + .seconds(6) }
        _ = try await ask()
        #expect(count.withLock { $0 } == 2)
    }

    @Test("Stale addresses are used if the name server does not respond, but not if it reports that there are none")
    func stale() async throws {
        let time = Mutex(NIODeadline.now())
        let cache = AddressCache(lifetime: .seconds(5), now: { time.withLock { $0 } })
        let known = try Self.address("192.0.2.1")
        _ = try await cache.addresses(of: "a", deadline: .now() + .seconds(5)) { _ throws(TransportError) in known }
        time.withLock { $0 = $0 + .seconds(60) }
        let limit = TransportError.limited(LimitReached(.lookups, of: .server))
        for error in [TransportError.timedOut, limit] {
            let found = try await cache.addresses(of: "a", deadline: .now() + .seconds(5)) { deadline throws(TransportError) in
                #expect(deadline < .now() + .seconds(2))
                throw error
            }
            #expect(found == known)
        }
        await #expect(throws: TransportError.connection("the host name is not known")) {
            try await cache.addresses(of: "a", deadline: .now() + .seconds(5)) { _ throws(TransportError) in
                throw .connection("the host name is not known")
            }
        }
        time.withLock { $0 = $0 + .minutes(11) }
        await #expect(throws: TransportError.timedOut) {
            try await cache.addresses(of: "a", deadline: .now() + .seconds(5)) { _ throws(TransportError) in throw .timedOut }
        }
    }

    @Test("Cached addresses are checked on each use: a withdrawn approval applies at once")
    func checked() async throws {
        try await FaultyRegistry.run(.open) { registry in
            let resolver = ScriptedResolver(["127.0.0.1"])
            try await AsyncHTTPClientTransport.run(resolver: resolver, addressLifetime: .hours(1)) { transport in
                let authority = "registry.example:\(registry.port)"
                try await #expect(transport.contact(authority, trust: .approved) == .success(200))
                #expect(try await transport.contact(authority).forbidden != nil)
                #expect(resolver.asked.count == 1)
            }
        }
    }
}

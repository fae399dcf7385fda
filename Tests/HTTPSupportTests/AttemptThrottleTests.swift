import Domain
import HTTPSupport
import TestSupport
import Testing

@Suite("Throttling of wrong credentials")
struct AttemptThrottleTests {
    private let clock = ManualClock()
    private let address = ClientAddress("192.0.2.1")

    private func throttle(limit: Int = 30, capacity: Int = 10_000) -> AttemptThrottle {
        AttemptThrottle(limit: limit, capacity: capacity, clock: clock.clock)
    }

    @Test("After 30 wrong credentials in 3 minutes, an address is throttled until the first of them expires")
    func limit() {
        let throttle = throttle()
        for _ in 0..<30 {
            #expect(throttle.error(forWrongCredentialFrom: address) == .operation(.unauthenticated))
            clock.advance(by: 1)
        }
        #expect(throttle.error(forWrongCredentialFrom: address) == .throttled(retryAfter: 150))
        clock.advance(by: 149.5)
        #expect(throttle.error(forWrongCredentialFrom: address) == .throttled(retryAfter: 1))
        clock.advance(by: 0.5)
        #expect(throttle.error(forWrongCredentialFrom: address) == .operation(.unauthenticated))
        #expect(throttle.error(forWrongCredentialFrom: address) == .throttled(retryAfter: 1))
    }

    @Test("A throttled address does not extend its wait by retrying")
    func refusedAttemptsDoNotCount() {
        let throttle = throttle(limit: 2)
        for _ in 0..<100 { _ = throttle.error(forWrongCredentialFrom: address) }
        clock.advance(by: 180)
        #expect(throttle.error(forWrongCredentialFrom: address) == .operation(.unauthenticated))
    }

    @Test("29 attempts per window are never throttled")
    func belowTheLimit() {
        let throttle = throttle()
        for _ in 0..<10 {
            for _ in 0..<29 { #expect(throttle.error(forWrongCredentialFrom: address) == .operation(.unauthenticated)) }
            clock.advance(by: 180)
        }
    }

    @Test(
        "A change of the system clock neither weakens nor prolongs throttling",
        arguments: [-400.0, -0.01, 0.01, 400])
    func clockJump(days: Double) {
        let throttle = throttle(limit: 2)
        for _ in 0..<2 { #expect(throttle.error(forWrongCredentialFrom: address) == .operation(.unauthenticated)) }
        clock.jump(by: days * 86_400)
        #expect(throttle.error(forWrongCredentialFrom: address) == .throttled(retryAfter: 180))
        clock.advance(by: 180)
        #expect(throttle.error(forWrongCredentialFrom: address) == .operation(.unauthenticated))
    }

    @Test("An address is not throttled for the attempts of another")
    func perAddress() {
        let throttle = throttle(limit: 1)
        for other in ["192.0.2.2", "192.0.2.10", "2001:db8::1", "unknown"] {
            _ = throttle.error(forWrongCredentialFrom: address)
            #expect(throttle.error(forWrongCredentialFrom: ClientAddress(other)) == .operation(.unauthenticated), "\(other)")
        }
    }

    @Test(
        "All addresses that one host can have are throttled as one",
        arguments: [
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true), ("2001:db8:1:2::1", "2001:0DB8:0001:0002:0:0:0:0001", true),
            ("2001:db8:1:2::1", "2001:db8:1:3::1", false), ("::ffff:192.0.2.7", "192.0.2.7", true),
            ("::ffff:c000:207", "192.0.2.7", true), ("::ffff:192.0.2.7", "::ffff:192.0.2.8", false), ("::1", "::2", true),
        ])
    func sameHost(_ first: String, _ second: String, _ isOne: Bool) {
        let throttle = throttle(limit: 1)
        _ = throttle.error(forWrongCredentialFrom: ClientAddress(first))
        let isThrottled = throttle.error(forWrongCredentialFrom: ClientAddress(second)) != .operation(.unauthenticated)
        #expect(isThrottled == isOne)
    }

    @Test("The number of remembered addresses is bounded; the address that was quiet for longest is evicted first")
    func capacity() {
        let throttle = throttle(limit: 1, capacity: 10)
        let addresses = (0..<11).map { ClientAddress("192.0.2.\($0)") }
        for address in addresses.prefix(10) {
            _ = throttle.error(forWrongCredentialFrom: address)
            clock.advance(by: 1)
        }
        #expect(throttle.error(forWrongCredentialFrom: addresses[0]) == .throttled(retryAfter: 170))
        #expect(throttle.error(forWrongCredentialFrom: addresses[10]) == .operation(.unauthenticated))
        for address in addresses.dropFirst() {
            #expect(throttle.error(forWrongCredentialFrom: address) != .operation(.unauthenticated), "\(address)")
        }
        #expect(throttle.error(forWrongCredentialFrom: addresses[0]) == .operation(.unauthenticated))
    }

    @Test("Counting attempts from a hundred thousand addresses takes little time", .timeLimit(.minutes(1)))
    func manyAddresses() {
        let throttle = throttle(capacity: 1000)
        for index in 0..<100_000 {
            let address = ClientAddress("10.\(index >> 16).\(index >> 8 & 0xFF).\(index & 0xFF)")
            #expect(throttle.error(forWrongCredentialFrom: address) == .operation(.unauthenticated))
        }
    }

    @Test("Concurrent attempts are all counted")
    func concurrent() async {
        let throttle = throttle()
        let refused = await withTaskGroup(of: Bool.self) { [address] group in
            for _ in 0..<200 { group.addTask { throttle.error(forWrongCredentialFrom: address) != .operation(.unauthenticated) } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused == 170)
    }
}

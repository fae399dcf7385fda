import FoundationEssentials
import Testing

@testable import Agent

/// An agent in the election.
private final class Candidate {
    private var election = LeaseElection(identity: "me", namespace: "n")

    func claim(_ lease: Lease?, at now: ContinuousClock.Instant, date: Date) -> Lease? { election.claim(lease, at: now, date: date) }
}

@Suite("Which of several agents in a cluster reports")
struct LeaseElectionTests {
    private let start = ContinuousClock.now
    private let date = Date(timeIntervalSince1970: 1_796_030_400.5)

    private func lease(holder: String?, seconds: Int? = 15, renewed: String = "2020-01-01T00:00:00.000000Z") -> Lease {
        Lease(
            metadata: .init(name: "lighterman-agent", namespace: "n", resourceVersion: "7", annotations: ["a": "b"]),
            spec: .init(
                holderIdentity: holder, leaseDurationSeconds: seconds, acquireTime: "2020-01-01T00:00:00.000000Z", renewTime: renewed,
                leaseTransitions: 3))
    }

    @Test("The first agent creates the lease")
    func first() throws {
        let election = Candidate()
        let claim = try #require(election.claim(nil, at: start, date: date))
        #expect(claim.metadata == .init(name: "lighterman-agent", namespace: "n"))
        #expect(claim.spec?.holderIdentity == "me")
        #expect(claim.spec?.leaseDurationSeconds == 15)
        #expect(claim.spec?.renewTime == "2026-11-30T09:20:00.500000Z")
        #expect(claim.spec?.acquireTime == claim.spec?.renewTime)
        #expect(claim.spec?.leaseTransitions == 0)
    }

    @Test("The holder renews its lease and keeps the time of its acquisition and other members")
    func renewal() throws {
        let election = Candidate()
        let claim = try #require(election.claim(lease(holder: "me"), at: start, date: date))
        #expect(claim.spec?.acquireTime == "2020-01-01T00:00:00.000000Z")
        #expect(claim.spec?.renewTime == "2026-11-30T09:20:00.500000Z")
        #expect(claim.spec?.leaseTransitions == 3)
        #expect(claim.metadata.resourceVersion == "7" && claim.metadata.annotations == ["a": "b"])
    }

    @Test("Another agent's lease counts from the moment at which it was last seen to change, whatever its dates are")
    func takeover() throws {
        let election = Candidate()
        #expect(election.claim(lease(holder: "other"), at: start, date: date) == nil)
        #expect(election.claim(lease(holder: "other"), at: start + .seconds(14), date: date) == nil)
        let renewed = lease(holder: "other", renewed: "2020-01-01T00:00:14.000000Z")
        #expect(election.claim(renewed, at: start + .seconds(14), date: date) == nil)
        #expect(election.claim(renewed, at: start + .seconds(28), date: date) == nil)
        let claim = try #require(election.claim(renewed, at: start + .seconds(29), date: date))
        #expect(claim.spec?.holderIdentity == "me")
        #expect(claim.spec?.leaseTransitions == 4)
    }

    @Test("A released lease is free at once", arguments: [nil, ""])
    func released(_ holder: String?) {
        let election = Candidate()
        #expect(election.claim(lease(holder: holder), at: start, date: date)?.spec?.holderIdentity == "me")
    }

    @Test("A lease is bounded in time", arguments: [Int.max, Int.min, 0, nil])
    func bounded(_ seconds: Int?) {
        let election = Candidate()
        #expect(election.claim(lease(holder: "other", seconds: seconds), at: start, date: date) == nil)
        #expect(election.claim(lease(holder: "other", seconds: seconds), at: start + .seconds(3600), date: date) != nil)
    }
}

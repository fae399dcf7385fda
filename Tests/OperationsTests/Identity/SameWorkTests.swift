import Domain
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

/// Whether an account or a key exists must not be read off the time that a refusal takes.
@Suite("A refusal costs the same whatever was wrong", .serialized)
struct SameWorkTests {
    @Test("Unknown account, unknown key, wrong key and dead key are looked up once each")
    func sameReads() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        for (name, presented) in try await Self.refused(by: backend) {
            _ = store.takeCount()
            _ = try? await backend.backend.authenticate(presented)
            #expect(store.takeCount() == SlowStore.Count(reads: 1), "\(name)")
        }
    }

    @Test("On a slow store the refusals take equally long")
    func sameTime() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        let refused = try await Self.refused(by: backend)
        store.behave(SlowStore.Conduct(latency: .milliseconds(50)))
        let clock = ContinuousClock()
        var times: [String: Duration] = [:]
        // In turns, so that whatever else the machine does meets all of them; it only ever adds time, so the fastest counts.
        for _ in 0..<7 {
            for (name, presented) in refused {
                let time = await clock.measure { _ = try? await backend.backend.authenticate(presented) }
                times[name] = min(time, times[name] ?? time)
            }
        }
        let (fastest, slowest) = (try #require(times.values.min()), try #require(times.values.max()))
        #expect(fastest >= .milliseconds(50), "\(times)")
        #expect(slowest - fastest < .milliseconds(25), "\(times)")
    }

    /// Next to a real look-up the comparison cannot be seen, so there is none here.
    @Test("An unknown key is compared as well, with a hash that is nobody's")
    func sameComparison() async throws {
        let backend = try await TestBackend()
        let known = try #require(try await backend.store.read { try $0.apiKey(backend.key.keyID) })
        let wrong = PresentedKey(account: nil, key: try Stranger.wrongSecret(for: backend.key))
        let unknown = PresentedKey(account: nil, key: Stranger.unknown())
        var fastest: [String: Duration] = [:]
        for _ in 0..<15 {
            for (name, answer, presented) in [("wrong", known, wrong), ("unknown", nil, unknown)] as [(String, KeyRow?, PresentedKey)] {
                let verbs = backend.on(OneKeyStore(answer: answer))
                let time = await ContinuousClock().measure {
                    for _ in 0..<200 { _ = try? await verbs.authenticate(presented) }
                }
                fastest[name] = min(time, fastest[name] ?? time)
            }
        }
        let (wrongTime, unknownTime) = (try #require(fastest["wrong"]), try #require(fastest["unknown"]))
        #expect(unknownTime > wrongTime * 0.6 && unknownTime < wrongTime * 1.6, "\(unknownTime) and \(wrongTime)")
    }

    private static func refused(by backend: TestBackend) async throws -> [(String, PresentedKey)] {
        let dead = try await backend.makeAccount("disabled", isDisabled: true)
        let expired = try await backend.makeAccount("expired", expires: backend.clock.clock.now())
        return [
            ("unknown account", PresentedKey(account: "nobody", key: Stranger.unknown())),
            ("another account", PresentedKey(account: "nobody", key: backend.key)),
            ("unknown key", PresentedKey(account: "admin", key: Stranger.unknown())),
            ("wrong key", PresentedKey(account: "admin", key: try Stranger.wrongSecret(for: backend.key))),
            ("wrong key alone", PresentedKey(account: nil, key: try Stranger.wrongSecret(for: backend.key))),
            ("expired key", PresentedKey(account: "expired", key: expired)),
            ("disabled account", PresentedKey(account: "disabled", key: dead)),
        ]
    }
}

extension TestBackend {
    fileprivate func on(_ store: any Store) -> Backend {
        Backend(store: store, deployment: deployment, verifier: verifier, clock: clock.clock)
    }
}

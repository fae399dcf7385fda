import Domain
import Operations
import Storage
import StorageSQLite
import TestSupport
import Testing

/// The time of a refusal must not reveal whether an account or a key exists.
@Suite("All refusals take the same work", .serialized)
struct SameWorkTests {
    @Test("Unknown account, unknown key, wrong key and revoked key take one look-up each")
    func sameReads() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        for (name, presented) in try await Self.refused(by: backend) {
            _ = store.takeCount()
            _ = try? await backend.backend.authenticate(presented)
            #expect(store.takeCount() == SlowStore.Count(reads: 1), "\(name)")
        }
    }

    @Test("All refusals take the same time on a slow store")
    func sameTime() async throws {
        let (backend, store) = try await TestBackend.onSlowStore()
        let refused = try await Self.refused(by: backend)
        store.behave(SlowStore.Behavior(latency: .milliseconds(50)))
        let clock = ContinuousClock()
        var times: [String: Duration] = [:]
        // Measured in turns, so that other load affects all of them. Load only adds time, so the minimum counts.
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

    /// The comparison is not measurable beside a real look-up, so the store here has none.
    @Test("An unknown key is compared with a dummy hash")
    func sameComparison() async throws {
        let backend = try await TestBackend()
        let known = try #require(try await backend.store.read { try $0.apiKey(backend.key.keyID) })
        let wrong = PresentedKey(account: nil, key: try InvalidKeys.wrongSecret(for: backend.key))
        let unknown = PresentedKey(account: nil, key: InvalidKeys.unknown())
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
            ("unknown account", PresentedKey(account: "nobody", key: InvalidKeys.unknown())),
            ("another account", PresentedKey(account: "nobody", key: backend.key)),
            ("unknown key", PresentedKey(account: "admin", key: InvalidKeys.unknown())),
            ("wrong key", PresentedKey(account: "admin", key: try InvalidKeys.wrongSecret(for: backend.key))),
            ("wrong key alone", PresentedKey(account: nil, key: try InvalidKeys.wrongSecret(for: backend.key))),
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

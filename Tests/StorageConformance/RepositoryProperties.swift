import Domain
import FoundationEssentials
import Storage
import TestValues
import Testing

extension StoreProperty {
    static let repositories = [
        StoreProperty("Repositories in every state and with every grant are read back as inserted") { store in
            for (number, verification) in verifications.enumerated() {
                let reference = number.isMultiple(of: 2) ? CredentialReference(id: UUID(), version: number + 1) : nil
                let repository = try Sample.repository(
                    "registry.example/team/image-\(number)", credential: reference, verification: verification)
                try await store.write { try $0.add(repository) }
                #expect(try await store.find(repository) == repository)
            }
        },
        StoreProperty("Dates are stored with millisecond precision, even before 1970") { store in
            var generator = SeededGenerator(seed: 1970)
            let random = (0..<50).map { _ in Int64.random(in: -100_000_000_000...10_000_000_000_000, using: &generator) }
            for (number, milliseconds) in ([0, 1, -1, 999, -999] + random).enumerated() {
                let repository = Repository(
                    id: UUID(), namespace: try Sample.team(), name: try Sample.name("registry.example/image-\(number)"), credential: nil,
                    verification: Verification(state: .verified, checked: Sample.date(milliseconds + 2)),
                    created: Sample.date(milliseconds), modified: Sample.date(milliseconds + 1))
                try await store.write { try $0.add(repository) }
                #expect(try await store.find(repository) == repository)
            }
        },
        StoreProperty("Texts of a repository are read back byte for byte") { store in
            for (number, text) in Sample.difficultTexts.enumerated() {
                let repository = try Sample.repository(
                    "registry.example/image-\(number)", verification: Verification(state: .rejected, reason: text))
                try await store.write { try $0.add(repository) }
                let found = try await store.find(repository)
                #expect(found?.verification.reason.map { Array($0.utf8) } == Array(text.utf8))
            }
        },
        StoreProperty("An update replaces credential, verification and modification date") { store in
            var repository = try Sample.repository()
            try await store.write { [repository] in try $0.add(repository) }
            for (number, verification) in verifications.enumerated() {
                let sealed = try Sample.credential()
                repository.credential = number.isMultiple(of: 2) ? sealed.reference : nil
                repository.verification = verification
                repository.modified = Sample.date(Int64(number))
                try await store.write { [repository] writer in
                    try writer.add(sealed)
                    try writer.update(repository)
                }
                #expect(try await store.find(repository) == repository)
            }
        },
        StoreProperty("A change of one repository leaves the others unchanged") { store in
            let (changed, deleted) = (try Sample.repository("a.example/a"), try Sample.repository("a.example/b"))
            let untouched = [try Sample.repository("a.example/c"), try Sample.repository("a.example/a", in: Sample.others())]
            try await store.write { writer in
                for repository in [changed, deleted] + untouched { try writer.add(repository) }
                var update = changed
                update.verification = Verification(state: .rejected, reason: "no")
                try writer.update(update)
                try writer.delete(deleted)
            }
            for repository in untouched {
                #expect(try await store.find(repository) == repository)
            }
        },
        StoreProperty("A deleted repository is not found, and its name is free again") { store in
            let (first, second) = (try Sample.repository(), try Sample.repository())
            try await store.write { try $0.add(first) }
            try await store.write { try $0.delete(first) }
            #expect(try await store.find(first) == nil)
            try await store.write { try $0.add(second) }
            #expect(try await store.find(first) == second)
        },
        StoreProperty("Changing an unknown repository is stale, even if another one has its name") { store in
            let (missing, present) = (try Sample.repository(), try Sample.repository())
            try await store.write { try $0.add(present) }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.update(missing) } }
            await #expect(throws: StoreError.stale) { try await store.write { try $0.delete(missing) } }
            #expect(try await store.read { try $0.all(in: present.namespace).items } == [present])
            #expect(try await store.read { try $0.all(in: present.namespace).total } == 1)
        },
    ]

    /// Every state with every pair of grants, accepted or not, with and without optional fields.
    private static var verifications: [Verification] {
        Verification.State.allCases.flatMap { state in
            Grant.allCases.flatMap { pull in
                Grant.allCases.flatMap { push in
                    let isBare = pull == push
                    return [true, false].map { isAccepted in
                        Verification(
                            state: state, reason: isBare ? nil : "because", granted: Grants(pull: pull, push: push),
                            checked: isBare ? nil : Sample.date(1_650_000_000_001), isAccepted: isAccepted)
                    }
                }
            }
        }
    }
}

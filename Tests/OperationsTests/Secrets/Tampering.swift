import Testing

/// An attack by someone with full access to the database, to have a credential of `team` on `registry.example` sent to another registry or
/// used for another account.
struct Tampering: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Each statement must change something.
    let statements: [String]
    /// Whether the repository that is used afterwards belongs to `others` instead of the administrator.
    var isOthers = false
    /// The repository that is used afterwards.
    var used = Tampering.victim

    static let victim = "registry.example/team/image"
    /// On the same registry and in the same namespace.
    static let neighbour = "registry.example/team/neighbour"
    /// In the same namespace, on the attacker's registry.
    static let evil = "evil.example/team/image"

    static let all = envelopes + credentials + repositories

    private static let envelopes = [
        Tampering(
            testDescription: "the envelopes of two repositories on one registry are swapped",
            statements: [swap(victim, neighbour)]),
        Tampering(testDescription: "the envelopes of two registries are swapped", statements: [swap(victim, evil)], used: evil),
        Tampering(
            testDescription: "the envelope is copied to the other registry's credential",
            statements: [copy(from: sealed(victim), to: sealed(evil))], used: evil),
        Tampering(
            testDescription: "the envelope is copied to another namespace's credential",
            statements: [copy(from: sealed(victim), to: sealed(victim, in: "others"))], isOthers: true),
    ]

    private static let credentials = [
        Tampering(
            testDescription: "the credential's registry is edited",
            statements: ["UPDATE credentials SET authority = 'evil.example' WHERE id = (\(sealed(victim)))"]),
        Tampering(
            testDescription: "the credential's namespace is edited",
            statements: ["UPDATE credentials SET namespace = 'others' WHERE id = (\(sealed(victim)))"]),
        Tampering(
            testDescription: "the credential's version is edited",
            statements: ["UPDATE credentials SET version = 2 WHERE id = (\(sealed(victim)))"]),
        Tampering(
            testDescription: "both versions are edited",
            statements: [
                "UPDATE credentials SET version = 2 WHERE id = (\(sealed(victim)))",
                "UPDATE credential_secrets SET version = 2 WHERE credential = (\(sealed(victim)))",
            ]),
        Tampering(
            testDescription: "the credential gets another identifier everywhere",
            statements: [
                "UPDATE credential_secrets SET credential = '\(identifier)' WHERE credential = (\(sealed(victim)))",
                "UPDATE credentials SET id = '\(identifier)' WHERE id = (\(sealed(victim)))",
                "UPDATE repositories SET credential = '\(identifier)' WHERE name = '\(victim)' AND namespace = 'admin'",
            ]),
        Tampering(
            testDescription: "the envelope is gone",
            statements: ["DELETE FROM credential_secrets WHERE credential = (\(sealed(victim)))"]),
    ]

    private static let repositories = [
        Tampering(
            testDescription: "a repository on another registry is pointed at it",
            statements: ["UPDATE repositories SET credential = (\(sealed(victim))) WHERE name = '\(evil)'"], used: evil),
        Tampering(
            testDescription: "a repository in another namespace is pointed at it",
            statements: ["UPDATE repositories SET credential = (\(sealed(victim))) WHERE namespace = 'others'"], isOthers: true),
        Tampering(
            testDescription: "the repository's registry is edited", statements: [delete(evil), rename(victim, evil)], used: evil),
        Tampering(
            testDescription: "the registry is edited everywhere",
            statements: [
                delete(evil), "UPDATE credentials SET authority = 'evil.example' WHERE id = (\(sealed(victim)))", rename(victim, evil),
            ], used: evil),
        Tampering(
            testDescription: "the namespace is edited everywhere",
            statements: [
                "DELETE FROM repositories WHERE namespace = 'others'",
                "UPDATE credentials SET namespace = 'others' WHERE id = (\(sealed(victim)))",
                "UPDATE repositories SET namespace = 'others' WHERE name = '\(victim)'",
            ], isOthers: true),
    ]

    private static let identifier = "00000000-0000-4000-8000-000000000000"

    private static func sealed(_ name: String, in namespace: String = "admin") -> String {
        "SELECT credential FROM repositories WHERE name = '\(name)' AND namespace = '\(namespace)'"
    }

    private static func copy(from: String, to: String) -> String {
        "UPDATE credential_secrets SET envelope = (SELECT envelope FROM credential_secrets WHERE credential = (\(from))) WHERE credential = (\(to))"
    }

    private static func swap(_ first: String, _ second: String) -> String {
        """
        UPDATE credential_secrets AS s SET envelope = o.envelope FROM credential_secrets AS o
        WHERE (s.credential = (\(sealed(first))) AND o.credential = (\(sealed(second))))
            OR (s.credential = (\(sealed(second))) AND o.credential = (\(sealed(first))))
        """
    }

    private static func rename(_ name: String, _ newName: String) -> String {
        "UPDATE repositories SET name = '\(newName)', authority = 'evil.example' WHERE name = '\(name)' AND namespace = 'admin'"
    }

    private static func delete(_ name: String) -> String { "DELETE FROM repositories WHERE name = '\(name)'" }
}

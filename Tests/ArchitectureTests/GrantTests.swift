import Testing

@Suite("Reads and writes require an authorization")
struct GrantTests {
    /// The files that work without a caller, or before authentication.
    private static let withoutCaller: Set = [
        "Operations/Identity/AccessGrant.swift", "Operations/Identity/Grant.swift", "Operations/Identity/Authenticate.swift",
        "Operations/Actions/FollowActions.swift", "Operations/Actions/Outcomes.swift", "Operations/Actions/PruneActions.swift",
        "Operations/Actions/RecordAction.swift", "Operations/Contents/ConfirmRefusedLogins.swift", "Operations/Contents/NoteUse.swift",
        "Operations/Credentials/OpenCredential.swift",
        "Operations/Repositories/BackgroundVerification.swift", "Operations/Repositories/ShareRecovery.swift",
        "Operations/Repositories/ShareVerdict.swift", "Operations/ServerEvents.swift", "Operations/StoredCounts.swift",
    ]

    @Test("Only listed files use the grant of the server itself, and every listed file needs it")
    func serverGrants() throws {
        #expect(try names(in: ["Operations"], of: /\bServerGrant\b/) == Self.withoutCaller)
    }

    @Test("Operations access the store only with a grant")
    func stores() throws {
        let files = try names(in: ["Operations"], of: /\bany Store\b/).filter { !$0.hasPrefix("Operations/Deployment/") }
        #expect(files == ["Operations/Backend.swift", "Operations/GuardedStore.swift"])
    }

    @Test("Request handlers cannot access the dependencies of operations")
    func hidden() throws {
        let shown = try names(in: ["Operations"], of: /(package|public) let (store|sealer|hasher|loginMarker|verifier|clock)\b/)
        #expect(!shown.contains("Operations/Backend.swift"))
    }

    @Test("The rights of a server administrator depend on the whole identity, never on the account alone")
    func administrators() throws {
        // `Authorize` chooses an error message, `Recover` checks that the user is an administrator, and the others read and write the
        // attribute of a user.
        #expect(
            try names(in: ["Operations", "HTTPSupport", "CloudAPI", "Gateway"], of: /\.isAdministrator\b/) == [
                "Operations/Identity/Authorize.swift", "Operations/Deployment/Recover.swift", "CloudAPI/Mapping.swift",
                "CloudAPI/UserRoutes.swift",
            ])
    }

    @Test("Rows are decoded only where they are verified or signed")
    func decoding() throws {
        #expect(
            try names(in: ["StorageSQLite"], of: /\(unverified:/) == [
                "StorageSQLite/AuthenticatedRows.swift", "StorageSQLite/RowSigning.swift",
            ])
    }

    private func names<Output>(in targets: [String], of pattern: Regex<Output>) throws -> Set<String> {
        Set(try SourceTree.files().filter { targets.contains($0.target) && !$0.lines(matching: pattern).isEmpty }.map(\.name))
    }
}

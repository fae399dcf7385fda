import Testing

@Suite("Reads and writes require an authorization")
struct GrantTests {
    /// The files that work without a caller, or before authentication.
    private static let withoutCaller: Set = [
        "Operations/Identity/Grant.swift", "Operations/Identity/Authenticate.swift", "Operations/Actions/FollowActions.swift",
        "Operations/Actions/PruneActions.swift", "Operations/Actions/RecordAction.swift", "Operations/Contents/NoteUse.swift",
        "Operations/Contents/RefusedLogins.swift", "Operations/Credentials/OpenCredential.swift",
        "Operations/Repositories/BackgroundVerification.swift", "Operations/Repositories/ShareVerdict.swift",
    ]

    @Test("Only listed files use the grant of the server itself, and every listed file needs it")
    func serverGrants() throws {
        #expect(try Set(files(with: ["ServerGrant"]).map(\.name)) == Self.withoutCaller)
    }

    @Test("Operations access the store only with a grant")
    func stores() throws {
        let files = try files(with: ["any", "Store"]).map(\.name).filter { !$0.hasPrefix("Operations/Deployment/") }
        #expect(Set(files) == ["Operations/Backend.swift", "Operations/GuardedStore.swift"])
    }

    @Test("Request handlers cannot access the dependencies of operations")
    func hidden() throws {
        let backend = try #require(try SourceTree.files(of: "Operations").first { $0.name == "Operations/Backend.swift" })
        for name in ["store", "sealer", "hasher", "loginMarker", "verifier", "clock"] {
            let isShown = backend.tokens.indices.contains {
                ["package", "public"].contains(backend.tokens[$0].text) && backend.text(after: $0) == "let"
                    && backend.text(after: $0, by: 2) == name
            }
            #expect(!isShown, "\(name)")
        }
    }

    @Test("The rights of a server administrator depend on the whole identity, never on the account alone")
    func administrators() throws {
        let files = try ["Operations", "HTTPSupport", "CloudAPI", "Gateway"].flatMap { try SourceTree.files(of: $0) }.filter { file in
            file.tokens.indices.contains { file.tokens[$0].text == "isAdministrator" && file.text(before: $0) == "." }
        }
        // `Authorize` chooses an error message, `Recover` checks that the user is an administrator, and the others read and write the
        // attribute of a user.
        #expect(
            Set(files.map(\.name)) == [
                "Operations/Identity/Authorize.swift", "Operations/Deployment/Recover.swift", "CloudAPI/Mapping.swift",
                "CloudAPI/UserRoutes.swift",
            ])
    }

    @Test("Rows are decoded only where they are verified or signed")
    func decoding() throws {
        let files = try SourceTree.files(of: "StorageSQLite").filter { file in
            file.tokens.indices.contains {
                file.tokens[$0].text == "unverified" && file.text(before: $0) == "(" && file.text(after: $0) == ":"
            }
        }
        #expect(Set(files.map(\.name)) == ["StorageSQLite/AuthenticatedRows.swift", "StorageSQLite/RowSigning.swift"])
    }

    private func files(with words: [String]) throws -> [SourceFile] {
        try SourceTree.files(of: "Operations").filter { file in
            file.tokens.indices.contains { start in
                words.indices.allSatisfy { file.text(after: start, by: $0) == words[$0] }
            }
        }
    }
}

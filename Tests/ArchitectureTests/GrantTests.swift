import Testing

@Suite("Reads and writes follow an authorization")
struct GrantTests {
    /// The files that work for no caller, or before there is one.
    private static let withoutCaller: Set = [
        "Operations/Identity/Grant.swift", "Operations/Identity/Authenticate.swift", "Operations/Identity/KeyUses.swift",
        "Operations/Identity/RefusedKeys.swift", "Operations/Actions/FollowActions.swift", "Operations/Actions/Outcomes.swift",
        "Operations/Actions/PruneActions.swift",
        "Operations/Actions/RecordAction.swift",
        "Operations/Contents/NoteUse.swift", "Operations/Credentials/OpenCredential.swift", "Operations/Repositories/BackgroundCheck.swift",
        "Operations/Repositories/BackgroundVerification.swift", "Operations/Repositories/ConfirmRefusedLogin.swift",
        "Operations/Repositories/ShareVerdict.swift",
    ]

    @Test("The grant of the server itself is used only where there is no caller, and every exception is still needed")
    func serverGrants() throws {
        #expect(try Set(files(with: ["ServerGrant"]).map(\.name)) == Self.withoutCaller)
    }

    @Test("A verb reaches the store by a grant only")
    func stores() throws {
        let files = try files(with: ["any", "Store"]).map(\.name).filter { !$0.hasPrefix("Operations/Deployment/") }
        #expect(Set(files) == ["Operations/Backend.swift", "Operations/GuardedStore.swift", "Operations/UnverifiedRows.swift"])
    }

    @Test("What a verb needs is hidden from the handlers")
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

    @Test("The rights of a server administrator come from the whole identity, never from the account alone")
    func administrators() throws {
        let files = try ["Operations", "HTTPSupport", "CloudAPI", "Gateway"].flatMap { try SourceTree.files(of: $0) }.filter { file in
            file.tokens.indices.contains { file.tokens[$0].text == "isAdministrator" && file.text(before: $0) == "." }
        }
        // `Authorize` words its refusal, `recover` names an administrator, the others read and write the attribute of a user.
        #expect(
            Set(files.map(\.name)) == [
                "Operations/Identity/Authorize.swift", "Operations/Deployment/Recover.swift", "CloudAPI/AccountMapping.swift",
                "CloudAPI/UserRoutes.swift",
            ])
    }

    @Test("A row is decoded where it is verified, and where all rows are signed")
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

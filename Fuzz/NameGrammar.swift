import Naming

/// The grammars of names, written from their specifications, so that the parsers are not tested against themselves.
enum NameGrammar {
    // libFuzzer calls from a single thread.
    nonisolated(unsafe) private static let host =
        /[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*/.matchingSemantics(.unicodeScalar)
    nonisolated(unsafe) private static let numericHost =
        /(.*\.)?([0-9]+|0x[0-9a-f]*)/.matchingSemantics(.unicodeScalar)
    nonisolated(unsafe) private static let address =
        /((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(\.(?!$)|$)){4}/.matchingSemantics(.unicodeScalar)
    nonisolated(unsafe) private static let path =
        /[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*/.matchingSemantics(.unicodeScalar)
    nonisolated(unsafe) private static let namespace =
        /[a-z0-9]+(-[a-z0-9]+)*/.matchingSemantics(.unicodeScalar)

    static func expectCanonical(_ name: RepositoryName) {
        let text = name.description
        expect((try? RepositoryName(parsing: text)) == name, "'\(text)' is read as the name that it describes")
        expect(text.utf8.allSatisfy("abcdefghijklmnopqrstuvwxyz0123456789.-_/:".utf8.contains), "'\(text)' has allowed bytes only")
        expect(!text.contains("//") && !text.contains(".."), "'\(text)' has no '//' and no '..'")
        expect(name.path.utf8.count <= 255 && name.path.wholeMatch(of: path) != nil, "'\(name.path)' is a path")
        expect(isSame(text, "\(name.authority)/\(name.path)"), "'\(text)' is an authority and a path")
        expect(!name.authority.isDockerHub || name.path.contains("/"), "'\(text)' has all that is left out on Docker Hub")
        expectCanonical(name.authority)
    }

    static func expectCanonical(_ authority: RegistryAuthority) {
        let (text, name) = (authority.description, authority.host)
        for spelling in [text, authority.apiAuthority] {
            expect((try? RegistryAuthority(parsing: spelling)) == authority, "'\(spelling)' is read as the authority that it describes")
        }
        expect(name.utf8.count <= 253 && name.wholeMatch(of: host) != nil, "'\(name)' is a host")
        expect(name.wholeMatch(of: numericHost) == nil || name.wholeMatch(of: address) != nil, "'\(name)' is an address or no number")
        expect(isSame(text, authority.port.map { "\(name):\($0)" } ?? name), "'\(text)' is a host and a port")
        expect(authority.port.map((1...65535).contains) ?? true, "'\(text)' has a port that there can be")
    }

    static func expectCanonical(_ name: NamespaceName) {
        let text = name.description
        expect((try? NamespaceName(parsing: text)) == name, "'\(text)' is read as the namespace that it describes")
        expect((2...30).contains(text.utf8.count) && text.wholeMatch(of: namespace) != nil, "'\(text)' is a namespace")
    }
}

/// The canonical name of a repository: a registry and a path on it.
///
/// The grammar is that of https://github.com/distribution/reference (`regexp.go`, `normalize.go`): the first component is a registry
/// if it contains a `.` or a `:` or is `localhost`. All other names are on Docker Hub, where a single component means `library/…`. All
/// spellings of a repository parse to equal values, and the description of a value parses to that value.
package struct RepositoryName: Hashable, Sendable {
    package let authority: RegistryAuthority
    /// The path on the registry, `team/image`; the distribution API calls it `<name>`.
    package let path: String

    static let maximumPathLength = 255
    private static let maximumLength = HostGrammar.maximumLength + ":65535/".utf8.count + maximumPathLength

    package init(parsing text: some StringProtocol) throws(NamingError) {
        let bytes = Array(text.utf8)
        try Self.checkText(bytes)
        let components = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let first = components[0]
        let authority: RegistryAuthority
        var path: ArraySlice<ArraySlice<UInt8>>
        if Self.isRegistry(first), components.count > 1 {
            authority = try RegistryAuthority(bytes: first)
            path = components.dropFirst()
        } else {
            try Self.checkSingle(first, of: components.count)
            authority = .dockerHub
            path = components[...]
        }
        for component in path { try Self.checkComponent(component) }
        if authority.isDockerHub, path.count == 1 { path.insert(ArraySlice("library".utf8), at: path.startIndex) }
        let joined = path.joined(separator: "/".utf8)
        guard joined.count(where: { _ in true }) <= Self.maximumPathLength else { throw NamingError(.tooLong) }
        self.authority = authority
        self.path = joined.asciiText
    }
}

extension RepositoryName {
    /// Checks the whole text before it is split, and reports common mistakes by name.
    private static func checkText(_ bytes: [UInt8]) throws(NamingError) {
        guard !bytes.isEmpty else { throw NamingError(.empty) }
        guard bytes.count <= maximumLength else { throw NamingError(.tooLong) }
        guard bytes.allSatisfy(\.isPrintableASCII) else { throw NamingError(.character) }
        if bytes.contains("://".utf8) { throw NamingError(.scheme) }
        if bytes.contains("//".utf8) { throw NamingError(.emptyComponent) }
        if bytes.contains(UInt8(ascii: "%")) { throw NamingError(.percent) }
        if bytes.contains(UInt8(ascii: "@")) { throw NamingError(.digest) }
        if bytes.first == UInt8(ascii: "/") { throw NamingError(.leadingSlash) }
        if bytes.last == UInt8(ascii: "/") { throw NamingError(.trailingSlash) }
    }

    private static func isRegistry(_ component: ArraySlice<UInt8>) -> Bool {
        component.contains(UInt8(ascii: ":")) || component.first == UInt8(ascii: "[")
            || (component.contains(UInt8(ascii: ".")) && !component.elementsEqual(".".utf8) && !component.elementsEqual("..".utf8))
            || component.map(\.lowercased).elementsEqual("localhost".utf8)
    }

    private static func checkSingle(_ component: ArraySlice<UInt8>, of count: Int) throws(NamingError) {
        guard count == 1 else { return }
        if component.contains(UInt8(ascii: ":")) { throw NamingError(.tag) }
        if isRegistry(component) { throw NamingError(.registryOnly) }
        if component.count == 64, component.allSatisfy(\.isHexDigit) { throw NamingError(.hexadecimal) }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
    private static func checkComponent(_ component: ArraySlice<UInt8>) throws(NamingError) {
        if component.elementsEqual(".".utf8) || component.elementsEqual("..".utf8) { throw NamingError(.dotComponent) }
        if component.contains(UInt8(ascii: ":")) { throw NamingError(.tag) }
        if component.contains(where: \.isUpper) { throw NamingError(.upperCase) }
        guard let first = component.first, let last = component.last, first.isLowerAlphanumeric, last.isLowerAlphanumeric else {
            throw NamingError(.component)
        }
        let separators = component.split(whereSeparator: \.isLowerAlphanumeric)
        guard separators.allSatisfy(isSeparator) else { throw NamingError(.component) }
    }

    private static func isSeparator(_ run: ArraySlice<UInt8>) -> Bool {
        run.elementsEqual(".".utf8) || run.elementsEqual("_".utf8) || run.elementsEqual("__".utf8)
            || run.allSatisfy { $0 == UInt8(ascii: "-") }
    }
}

extension RepositoryName: CustomStringConvertible, Comparable {
    package var description: String { "\(authority)/\(path)" }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

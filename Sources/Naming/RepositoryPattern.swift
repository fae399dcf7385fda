/// A pattern of canonical repository names: a single repository, or all below a registry or a path on it, as in
/// `registry.example/team/*`.
///
/// The star matches whole components: `registry.example/te*` is invalid, and `registry.example/team/*` matches neither
/// `registry.example/team` nor `registry.example/team2/image`.
package struct RepositoryPattern: Hashable, Sendable {
    package let authority: RegistryAuthority
    /// The path of the single repository, or the part before the star, which is empty or ends in a slash.
    private let path: String
    private let isSingle: Bool

    package init(parsing text: some StringProtocol) throws(NamingError) {
        let bytes = Array(text.utf8)
        isSingle = bytes.suffix(2) != Array("/*".utf8)[...]
        guard !isSingle else {
            let name = try RepositoryName(parsing: text)
            (authority, path) = (name.authority, name.path)
            return
        }
        // The filler has two components, because a single component on Docker Hub means a path below `library/`.
        let filler = "a/a"
        let name = try RepositoryName(parsing: "\(bytes.dropLast().asciiText)\(filler)")
        (authority, path) = (name.authority, String(name.path.dropLast(filler.utf8.count)))
    }

    package func matches(_ name: RepositoryName) -> Bool {
        guard name.authority == authority else { return false }
        return isSingle ? name.path == path : name.path.utf8.starts(with: path.utf8)
    }

    /// The canonical name of the single repository, or the prefix of all matching canonical names.
    package var name: (text: String, isWhole: Bool) { ("\(authority)/\(path)", isSingle) }
}

extension RepositoryPattern: CustomStringConvertible, Comparable {
    package var description: String { "\(authority)/\(path)\(isSingle ? "" : "*")" }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

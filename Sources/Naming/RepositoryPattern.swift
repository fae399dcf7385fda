/// Repositories by their canonical names: a single one, or all below a registry or below a path on it, as in
/// `registry.example/team/*`.
///
/// The star stands for whole components: `registry.example/te*` is no pattern, and `registry.example/team/*` holds neither
/// `registry.example/team` nor `registry.example/team2/image`.
package struct RepositoryPattern: Hashable, Sendable {
    package let authority: RegistryAuthority
    /// The path of the one repository, or what comes before the star, ending in a slash or empty.
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
        // Two components below it, as a single one on Docker Hub would be below `library/`.
        let filler = "a/a"
        let name = try RepositoryName(parsing: "\(bytes.dropLast().asciiText)\(filler)")
        (authority, path) = (name.authority, String(name.path.dropLast(filler.utf8.count)))
    }

    package func matches(_ name: RepositoryName) -> Bool {
        guard name.authority == authority else { return false }
        return isSingle ? name.path == path : name.path.utf8.starts(with: path.utf8)
    }

    /// The canonical name of the one repository, or what all canonical names begin with.
    package var name: (text: String, isWhole: Bool) { ("\(authority)/\(path)", isSingle) }
}

extension RepositoryPattern: CustomStringConvertible, Comparable {
    package var description: String { "\(authority)/\(path)\(isSingle ? "" : "*")" }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

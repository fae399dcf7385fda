/// The name that a new namespace is to have. A reserved word is one that nobody can have, like a name that is taken, and not a wrong spelling.
package struct NewNamespaceName: Hashable, Sendable, CustomStringConvertible {
    /// nil where the word is reserved.
    package let name: NamespaceName?
    package let description: String

    package init(parsing text: some StringProtocol) throws(NamingError) {
        do {
            let name = try NamespaceName(parsing: text)
            self.name = name
            description = name.description
        } catch  where error.rule == .reserved {
            name = nil
            description = String(text)
        }
    }

    package init(_ name: NamespaceName) {
        self.name = name
        description = name.description
    }
}

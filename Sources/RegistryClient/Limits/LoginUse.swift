package import Naming

/// The purpose of a login. A registry may refuse a login for one repository, for pushes or for lists, and accept it for all else.
package struct LoginUse: Hashable, Sendable {
    package enum Purpose: Hashable, Sendable {
        case pull
        /// A list of tags or referrers.
        case list
        /// More than a pull: the rights, or the scope of the token.
        case more(String)
    }

    let repository: RepositoryName
    let purpose: Purpose

    package init(_ purpose: Purpose = .pull, of repository: RepositoryName) {
        self.repository = repository
        self.purpose = purpose
    }

    /// The same with the right to pull only.
    var pull: LoginUse { LoginUse(of: repository) }
}

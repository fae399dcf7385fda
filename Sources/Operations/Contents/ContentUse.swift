import Domain
import FoundationEssentials
import Naming
import RegistryClient
import Storage

/// The kinds of access to the contents of a repository.
package enum ContentUse: Hashable, Sendable {
    case pull, push, delete

    package var right: Right {
        switch self {
        case .pull: .pull
        case .push: .push
        case .delete: .deleteContents
        }
    }

    var kind: Action.Kind {
        switch self {
        case .pull: .repositoryPull
        case .push: .repositoryPush
        case .delete: .repositoryContentsDelete
        }
    }
}

import Naming

// Parses names and throws the errors of this library.
extension RepositoryName {
    init(checking text: String) throws(DockerCloudError) {
        do { self = try RepositoryName(parsing: text) } catch { throw .invalidName(reason: error.description) }
    }
}

extension ImageReference {
    init(checking text: String) throws(DockerCloudError) {
        do { self = try ImageReference(parsing: text) } catch { throw .invalidName(reason: error.description) }
    }
}

extension RegistryAuthority {
    init(checking text: String) throws(DockerCloudError) {
        do { self = try RegistryAuthority(parsing: text) } catch { throw .invalidName(reason: error.description) }
    }
}

extension NamespaceName {
    init(checking text: String) throws(DockerCloudError) {
        do { self = try NamespaceName(parsing: text) } catch { throw .invalidNamespace(text, reason: error.description) }
    }

    /// The name of a user or an organization, which is also the name of a namespace.
    init(checkingAccount text: String) throws(DockerCloudError) {
        do { self = try NamespaceName(parsing: text) } catch { throw .invalidName(reason: error.description) }
    }
}

extension AccountName {
    init(checking text: String) throws(DockerCloudError) {
        do { self = try AccountName(parsing: text) } catch { throw .invalidName(reason: error.description) }
    }
}

extension RobotName {
    init(checking text: String) throws(DockerCloudError) {
        do { self = try RobotName(parsing: text) } catch { throw .invalidName(reason: error.description) }
    }
}

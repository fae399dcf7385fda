import ArgumentParser
import DockerCloud

/// A permission in an organization, as an argument of a command.
enum PermissionChoice: String, ExpressibleByArgument, CaseIterable {
    case read, write, admin

    var permission: Permission { Permission(rawValue: rawValue) }

    static let explanation = """
        'read' allows listing and inspecting; 'write' also allows verifying repositories again; 'admin' also allows registering \
        them and managing the organization.
        """
}

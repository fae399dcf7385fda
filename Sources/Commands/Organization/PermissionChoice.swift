import ArgumentParser
import DockerCloud

/// What an account may do in an organization, as it is written in a command line.
enum PermissionChoice: String, ExpressibleByArgument, CaseIterable {
    case read, write, admin

    var permission: Permission { Permission(rawValue: rawValue) }

    static let explanation = """
        'read' is for listing and inspecting, 'write' also for verifying repositories again, 'admin' also for registering them \
        and for managing the organization.
        """
}

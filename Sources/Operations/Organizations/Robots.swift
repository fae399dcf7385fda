package import Domain
package import Naming
import Storage

extension Backend {
    /// - Parameter name: the robot after which the page starts.
    package func listRobots(
        in organization: NamespaceName?, after name: RobotName?, page: Page, by caller: Caller
    ) async throws -> Listing<Membership> {
        let grant = try await authorizeMembers(.readOrganization, of: organization ?? caller.identity.home, by: caller)
        let cursor = name.map { AccountName(grant.namespace, robot: $0) }
        return try await read(ListQuery(items: "robots", page), with: grant, by: caller) {
            try $0.members(of: grant.namespace, robots: true, after: cursor, page: page)
        }
    }

    package func inspectRobot(_ name: RobotName, in organization: NamespaceName?, by caller: Caller) async throws -> Membership {
        let grant = try await authorizeMembers(.readOrganization, of: organization ?? caller.identity.home, by: caller)
        return try await findMember(AccountName(grant.namespace, robot: name), with: grant)
    }

    /// Creates a robot without an API key.
    package func createRobot(
        _ name: RobotName, permission: Permission, in organization: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Membership> {
        let started = clock.now()
        let grant = try await authorizeMembers(.manageOrganization, of: organization ?? caller.identity.home, by: caller)
        let namespace = grant.namespace
        let action = action(.robotCreate, on: .robot(name), in: namespace, started: started, by: caller)
        let account = Account(id: makeID(), name: AccountName(namespace, robot: name), isAdministrator: false, created: action.ended)
        do {
            return try await store.write(with: grant) { writer in
                guard let found = try writer.organization(namespace) else {
                    throw RequestError.notFound("There is no organization '\(namespace)': 'docker-cloud organization ls' lists yours")
                }
                let membership = Membership(organization: found, account: account, permission: permission, created: action.ended)
                try writer.insert(account)
                try writer.put(membership)
                try writer.record(action)
                return Recorded(value: membership, action: action)
            }
        } catch StoreError.duplicate {
            throw RequestError.conflict("The organization '\(namespace)' has a robot '\(name)' already: choose another name")
        }
    }

    package func updateRobot(
        _ name: RobotName, permission: Permission, in organization: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Membership> {
        let started = clock.now()
        let grant = try await authorizeMembers(.manageOrganization, of: organization ?? caller.identity.home, by: caller)
        let namespace = grant.namespace
        let action = action(.robotUpdate, on: .robot(name), in: namespace, started: started, by: caller)
        return try await store.write(with: grant) { writer in
            var robot = try writer.robot(name, in: namespace)
            guard robot.permission != permission else { return Recorded(value: robot, action: nil) }
            robot.permission = permission
            try writer.put(robot)
            try writer.record(action)
            return Recorded(value: robot, action: action)
        }
    }

    /// Removes a robot. Its keys are invalid at once.
    package func removeRobot(_ name: RobotName, in organization: NamespaceName?, by caller: Caller) async throws -> Recorded<Void> {
        let started = clock.now()
        let grant = try await authorizeMembers(.manageOrganization, of: organization ?? caller.identity.home, by: caller)
        let namespace = grant.namespace
        let action = action(.robotDelete, on: .robot(name), in: namespace, started: started, by: caller)
        try await store.write(with: grant) { [journal] writer in
            let robot = try writer.robot(name, in: namespace).account
            let keys = try writer.apiKeyIDs(of: robot.id)
            try writer.passOnLineage(of: keys)
            try writer.deleteRobot(robot.id)
            try writer.record(action)
            if !keys.isEmpty { try journal.append(keys.map { .revoked($0, action.ended) }) }
        }
        return Recorded(value: (), action: action)
    }
}

extension StoreReader {
    fileprivate func robot(_ name: RobotName, in organization: NamespaceName) throws -> Membership {
        guard let robot = try membership(of: AccountName(organization, robot: name), in: organization) else {
            throw RequestError.notFound("There is no robot '\(name)' in '\(organization)': 'docker-cloud robot ls' lists them")
        }
        return robot
    }
}

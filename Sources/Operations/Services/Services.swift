package import Domain
import FoundationEssentials
package import Naming
import Storage

extension Backend {
    package func inspectService(_ id: Service.ID, in namespace: NamespaceName?, by caller: Caller) async throws -> Service {
        let grant = try await authorize(.readServices, in: namespace, by: caller)
        let ran = try await runningTime(with: grant)
        return try await store.read(with: grant) { try $0.service(id, for: grant, by: caller).aged(at: ran) }
    }

    /// Lists the services of a namespace, in the order of their names.
    ///
    /// - Parameter filter: nil if no service can match.
    package func listServices(
        in namespace: NamespaceName?, where filter: ServiceFilter?, page: Page, by caller: Caller
    ) async throws -> Listing<Service> {
        let grant = try await authorize(.readServices, in: namespace, by: caller)
        guard var filter else { return Listing(items: [], total: 0) }
        filter.patterns = caller.identity.restriction.repositories
        let ran = try await runningTime(with: grant)
        return try await read(filter.query(page), with: grant, by: caller) { [filter] in
            try $0.services(in: grant.namespace, where: filter, page: page).map { $0.aged(at: ran) }
        }
    }

    /// Declares a service, which uses its image until it is terminated. The server starts no containers.
    package func createService(
        _ name: ServiceName, of image: Service.Image, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Service> {
        let started = clock.now()
        let grant = try await authorize(.writeServices, on: image.reference.repository, in: namespace, by: caller)
        let id = makeID()
        let action = action(.serviceCreate, on: .service(id), in: grant.namespace, started: started, by: caller)
        let service = Service(
            id: id, namespace: grant.namespace, name: name, image: image, state: .notRunning, created: action.ended, modified: action.ended)
        try await store.write(with: grant) { writer in
            try writer.insert(service)
            try writer.record(action)
        }
        return Recorded(value: service, action: action)
    }

    /// Changes the name or the image of a declared service.
    package func updateService(
        _ id: Service.ID, name: ServiceName?, image: Service.Image?, in namespace: NamespaceName?, by caller: Caller
    ) async throws -> Recorded<Service> {
        let started = clock.now()
        let grant = try await authorize(.writeServices, in: namespace, by: caller)
        if let image { try Authorize.check(image.reference.repository, of: caller.identity) }
        let action = action(.serviceUpdate, on: .service(id), in: grant.namespace, started: started, by: caller)
        return try await store.write(with: grant) { writer in
            let stored = try writer.service(id, for: grant, by: caller).declared()
            var service = stored
            service.name = name ?? stored.name
            service.image = image ?? stored.image
            guard service != stored else { return Recorded(value: stored, action: nil) }
            service.modified = action.ended
            try writer.update(service)
            try writer.record(action)
            return Recorded(value: service, action: action)
        }
    }

    /// Terminates a declared service, which deletes it.
    package func terminateService(_ id: Service.ID, in namespace: NamespaceName?, by caller: Caller) async throws -> Recorded<Void> {
        let started = clock.now()
        let grant = try await authorize(.writeServices, in: namespace, by: caller)
        let action = action(.serviceTerminate, on: .service(id), in: grant.namespace, started: started, by: caller)
        try await store.write(with: grant) { writer in
            try writer.delete(writer.service(id, for: grant, by: caller).declared())
            try writer.record(action)
        }
        return Recorded(value: (), action: action)
    }
}

extension Service {
    /// The service itself. Throws if an agent reports it.
    fileprivate func declared() throws(RequestError) -> Service {
        guard let source else { return self }
        throw .conflict(
            "The agent '\(source.agentName)' reports this service. Nothing was changed. Change it on its engine, or remove the agent.")
    }
}

extension StoreReader {
    /// A key that is restricted to some repositories sees only services that use these.
    fileprivate func service(_ id: Service.ID, for grant: NamespaceGrant, by caller: Caller) throws -> Service {
        guard let service = try service(id, in: grant.namespace),
            caller.identity.restriction.allows(service.image.reference.repository)
        else { throw RequestError.notFound("There is no such service in the namespace '\(grant.namespace)'") }
        return service
    }
}

extension ServiceFilter {
    /// The list query, with the parameters that may match few of many services.
    fileprivate func query(_ page: Page) -> ListQuery {
        var parameters: [String] = []
        if idPrefix != nil { parameters.append("uuid__startswith") }
        if state != nil { parameters.append("state") }
        if let image, image.tag != nil || image.digest != nil { parameters.append("image") }
        return ListQuery(items: "services", wideParameters: parameters, page)
    }
}

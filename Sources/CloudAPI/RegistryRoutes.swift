import Domain
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let registries = [
        Route(.get, .registries, query: Query.page + ["name", "host", "is_docker_registry"], listRegistries),
        Route(.get, .registry, inspectRegistry),
        Route(.patch, .registry, as: .registryUpdate, configureRegistry),
    ]

    @Sendable private static func listRegistries(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let filter = RegistryFilter(
            name: call.query["name"], host: call.query["host"], isDockerRegistry: try call.query.flag("is_docker_registry"),
            after: try call.query.cursor("the host of a registry, with its port if it has one") { try? RegistryAuthority(parsing: $0) })
        let listing = try await call.backend.listRegistries(in: call.namespace, where: filter, page: page, by: call.caller)
        return listing.response(page: page, of: call) { RegistryBody($0, in: call.targetNamespace) }
    }

    @Sendable private static func inspectRegistry(_ call: APICall, _ authority: RegistryAuthority) async throws -> Response {
        let registry = try await call.backend.inspectRegistry(authority, in: call.namespace, by: call.caller)
        return Response(status: .ok, body: RegistryBody(registry, in: call.targetNamespace))
    }

    @Sendable private static func configureRegistry(_ call: APICall, _ authority: RegistryAuthority) async throws -> Response {
        let request = try await call.body(RegistryRequest.init)
        let change = RegistryChange(
            isApproved: request.isTrusted, isPlainHTTP: request.plainHTTP, certificateAuthorities: request.caCertificate,
            realm: request.realm,
            blobHosts: try request.blobHosts?.map { try required($0, "blob_hosts", as: RegistryAuthority.init(parsing:)) })
        let recorded = try await call.backend.configureRegistry(authority, change, in: call.namespace, by: call.caller)
        let body = RegistryBody(recorded.value, in: call.targetNamespace)
        return Response(status: .accepted, body: body, headers: recorded.headers())
    }
}

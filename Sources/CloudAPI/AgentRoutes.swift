import Domain
import FoundationEssentials
import HTTPSupport
import Hummingbird
import Naming
import Operations
import Wire

extension Route {
    static let agents = [
        Route(.get, .agents, query: Query.page, listAgents),
        Route(.get, .agent, inspectAgent),
        Route(.delete, .agent, as: .agentDelete, removeAgent),
        // Reports are frequent: only the first one of an agent, and those without the right, are recorded.
        Route(.put, .agentReport, reportServices),
    ]

    @Sendable private static func listAgents(_ call: APICall, _: Void) async throws -> Response {
        let page = try call.query.page()
        let after = try call.query.cursor("the cursor of a list of agents, as in its link to the next page") { NamedPlace(parsing: $0) }
        let listing = try await call.backend.listAgents(in: call.namespace, after: after, page: page, by: call.caller)
        return listing.response(page: page, of: call) { AgentBody($0) }
    }

    @Sendable private static func inspectAgent(_ call: APICall, _ id: UUID) async throws -> Response {
        Response(status: .ok, body: AgentBody(try await call.backend.inspectAgent(id, in: call.namespace, by: call.caller)))
    }

    @Sendable private static func removeAgent(_ call: APICall, _ id: UUID) async throws -> Response {
        let recorded = try await call.backend.removeAgent(id, in: call.namespace, by: call.caller)
        return Response(status: .noContent, headers: recorded.headers())
    }

    @Sendable private static func reportServices(_ call: APICall, _ name: AgentName) async throws -> Response {
        // Before the body is read, since it can be large.
        try call.backend.checkMayReport(call.caller)
        let bytes = try await call.call.readBody(upTo: AgentReportBody.maximumLength)
        let recorded = try await call.backend.admittingReport(by: call.caller) {
            let report = try AgentReport(call.decode(bytes, AgentReportBody.init), through: call.gateways)
            return try await call.backend.report(report, as: name, by: call.caller)
        }
        let agent = recorded.value
        let path = APIPath(.agent(agent.id), in: agent.accountName.namespace).description
        let receipt = AgentReportReceipt(
            resourceURI: path, uuid: agent.id.uuidString.lowercased(), name: agent.name.description, services: agent.services)
        return Response(status: .ok, body: receipt, headers: recorded.headers())
    }
}

extension AgentReport {
    /// - Parameter gateways: the authorities of the gateway in the names of images.
    fileprivate init(_ body: AgentReportBody, through gateways: Set<RegistryAuthority>) throws(RequestError) {
        var services: [ReportedService]?
        for (index, service) in (body.services ?? []).enumerated() {
            do {
                services = services ?? []
                services?.append(try ReportedService(service, through: gateways))
            } catch {
                throw .invalid("Invalid services[\(index)].\(error.member): \(error.reason)")
            }
        }
        guard let process = UUID(uuidString: body.process), let engine = Agent.Engine(rawValue: body.engine.rawValue) else {
            throw .invalid("The member 'process' must be a UUID")
        }
        self.init(
            instance: body.instance, process: process, sequence: body.sequence, engine: engine, hash: body.hash,
            services: body.services == nil ? nil : services ?? [])
    }
}

private struct InvalidService: Error {
    let member: String
    let reason: String
}

extension ReportedService {
    fileprivate init(_ body: AgentReportBody.Service, through gateways: Set<RegistryAuthority>) throws(InvalidService) {
        let image = try Self.parse("image_name", body.imageName) { text throws(NamingError) in
            try PulledImage(parsing: text, through: gateways)
        }
        let reference = image.reference
        let digest = try body.imageDigest.map { text throws(InvalidService) in try Self.digest(text) }
        guard let kind = Service.Kind(rawValue: body.kind.rawValue) else { throw InvalidService(member: "kind", reason: "it is unknown") }
        guard let state = Service.State(rawValue: body.state.rawValue) else {
            throw InvalidService(member: "state", reason: "it is unknown")
        }
        self.init(
            name: try Self.parse("name", body.name, ServiceName.init(parsing:)),
            stack: try body.stack.map { text throws(InvalidService) in try Self.parse("stack", text, ServiceName.init(parsing:)) },
            kind: kind,
            image: Service.Image(
                body.imageName,
                ImageReference(repository: reference.repository, tag: reference.effectiveTag, digest: reference.digest ?? digest)),
            namespace: image.namespace, state: state,
            containers: Service.Containers(
                current: body.currentNumContainers, running: body.runningNumContainers, target: body.targetNumContainers),
            deployed: body.deployed.flatMap(WireCoding.date))
    }

    private static func digest(_ text: String) throws(InvalidService) -> ContentDigest {
        guard let digest = ContentDigest(parsing: text) else {
            throw InvalidService(member: "image_digest", reason: NamingError.Rule.imageDigest.rawValue)
        }
        return digest
    }

    private static func parse<Value>(
        _ member: String, _ text: String, _ parse: (String) throws(NamingError) -> Value
    ) throws(InvalidService) -> Value {
        do { return try parse(text) } catch { throw InvalidService(member: member, reason: error.description) }
    }
}

import TestSupport
import Wire

/// Bodies of agents' reports.
enum AgentReports {
    static let instance = String(repeating: "a", count: 32)
    static let otherInstance = String(repeating: "b", count: 32)
    static let process = "01234567-89ab-4def-8123-456789abcdef"

    /// - Parameters:
    ///   - hash: one digit, which is repeated.
    ///   - services: nil for a report without services.
    static func report(
        instance: String = instance, process: String = process, sequence: Int = 1, hash: Character = "0",
        services: [String]? = ["registry.example/team/image:v1"]
    ) -> String {
        let list = services.map { images in
            let services = images.enumerated().map { service("service-\($0)", $1) }
            return #", "services": [\#(services.joined(separator: ", "))]"#
        }
        return #"{"instance": "\#(instance)", "process": "\#(process)", "sequence": \#(sequence), "engine": "docker", "#
            + #""hash": "\#(String(repeating: hash, count: 64))"\#(list ?? "")}"#
    }

    static func service(_ name: String, _ image: String, more: String = "") -> String {
        #"{"name": "\#(name)", "stack": "shop", "kind": "compose", "image_name": "\#(image)", "state": "Partly running", "#
            + #""current_num_containers": 2, "running_num_containers": 1, "target_num_containers": 3, "#
            + #""deployed_datetime": "Mon, 13 Oct 2014 10:00:00 +0000"\#(more)}"#
    }
}

extension TestServer {
    /// Sends the report of an agent.
    func report(
        _ body: String = AgentReports.report(), as name: String = "host-1", with authorization: Authorization = .administrator
    ) async throws -> RawResponse {
        try await send("PUT", Self.agents + "\(name)/", as: authorization, body: body)
    }
}

package import Naming
package import Wire

/// The reports of an agent. They have no namespace: the server shows a service in each namespace that has a repository with its image and
/// in which the account may report.
package struct AgentReports: Sendable {
    let transport: Transport

    /// Replaces the report of an agent.
    ///
    /// - Throws: ``DockerCloudError/Code/reportUnknown`` if the report has no services and the server needs them,
    ///   ``DockerCloudError/Code/reportOutdated``, ``DockerCloudError/Code/agentNameTaken``.
    package func put(_ report: AgentReportBody, as name: AgentName) async throws(DockerCloudError) -> AgentReportReceipt {
        let response = try await transport.send(ClientRequest(.put, APIPath(.agentReport(name)), body: report))
        return try response.json().decoded(as: AgentReportReceipt.self, what: "a receipt", requestID: response.requestID)
    }
}

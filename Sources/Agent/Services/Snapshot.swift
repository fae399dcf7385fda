import Crypto
import Naming
import Wire

/// The services of an engine as a look at it found them.
struct Snapshot: Hashable, Sendable {
    let services: [AgentReportBody.Service]
    /// The SHA-256 of the services, in hexadecimal digits.
    let hash: String

    /// Bytes of a report besides its services.
    private static let overhead = 1024

    /// - Throws: ``AgentFailure`` if a report cannot contain the services. A shortened report would be wrong.
    init(_ services: [AgentReportBody.Service]) throws {
        guard services.count <= AgentReportBody.maximumServices else {
            throw AgentFailure(
                "The engine has \(services.count) services, but a report has at most \(AgentReportBody.maximumServices). Nothing is reported"
            )
        }
        let encoded = try WireCoding.encode(services)
        guard encoded.count <= AgentReportBody.maximumLength - Self.overhead else {
            throw AgentFailure("The report would have \(encoded.count) bytes; the limit is 4 MiB. Nothing is reported")
        }
        self.services = services
        hash = SHA256.hash(data: encoded).hexadecimal
    }
}

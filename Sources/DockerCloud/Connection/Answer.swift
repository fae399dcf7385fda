import FoundationEssentials
import Wire

/// What a server answered.
struct Answer: Sendable {
    let status: Int
    let body: [UInt8]
    let requestID: String?
    let location: String?

    func json() throws(DockerCloudError) -> JSON {
        do {
            return try JSONReader.read(body)
        } catch {
            throw .invalidResponse(reason: "it is not JSON", requestID: requestID)
        }
    }

    /// The message of a failure, or what can be said without one.
    var faultMessage: String {
        guard let error = try? WireCoding.decode(ErrorBody.self, from: Data(body)), !error.error.isEmpty else {
            return "The server reported a failure without saying which"
        }
        return error.error
    }
}

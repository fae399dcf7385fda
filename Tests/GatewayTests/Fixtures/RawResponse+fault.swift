import Foundation
import TestSupport

extension RawResponse {
    /// The error code of the distribution API; nil for any other body.
    var code: String? { fault?.errors.first?.code }
    var message: String { fault?.errors.first?.message ?? "" }

    private var fault: Fault? { try? JSONDecoder().decode(Fault.self, from: Data(body)) }

    private struct Fault: Decodable {
        struct Entry: Decodable {
            let code: String
            let message: String
        }
        let errors: [Entry]
    }

    /// The parameters of the server's challenge.
    var challenge: [String: String] {
        let text = self["WWW-Authenticate"] ?? ""
        guard text.hasPrefix("Bearer ") else { return [:] }
        var parameters: [String: String] = [:]
        for parameter in text.dropFirst("Bearer ".count).components(separatedBy: "\",") {
            let parts = parameter.components(separatedBy: "=\"")
            parameters[parts[0]] = parts.last.map { $0.replacing("\"", with: "") }
        }
        return parameters
    }

    func member(_ name: String) -> String? {
        (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])?[name] as? String
    }
}

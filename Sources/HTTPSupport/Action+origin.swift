package import Domain
import HTTPTypes
import Naming

extension Action.Origin {
    /// Where a call came from, as the audit trail keeps it. Texts of the client's are printable, and not longer than a line.
    package init(of call: Call, by identity: Identity?) {
        var userAgent = call.headers[.userAgent] ?? ""
        if userAgent.utf8.count > 256 { userAgent = String(userAgent.prefix(256)) }
        self.init(
            user: identity?.account.name.description ?? "", keyID: identity?.keyID, address: call.address.description,
            method: call.method.rawValue,
            path: call.target.shortPath, userAgent: APIKeySecret.redacting(userAgent))
    }
}

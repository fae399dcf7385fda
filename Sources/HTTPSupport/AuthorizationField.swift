import Domain
import FoundationEssentials
package import HTTPTypes
package import Operations

extension PresentedKey {
    /// Reads `Authorization: Basic account:key` and `Authorization: Bearer key`; nil where there is no such field. A field
    /// that cannot be read presents a key that is wrong.
    package init?(_ headers: HTTPFields) {
        let fields = headers[values: .authorization]
        guard let field = fields.first else { return nil }
        let parts = field.split(separator: " ", maxSplits: 1)
        switch (fields.count, parts.first?.lowercased(), parts.last) {
        case (1, "bearer"?, let key?) where parts.count == 2: self.init(account: nil, key: APIKeySecret(parsing: key))
        case (1, "basic"?, let pair?) where parts.count == 2: self.init(basic: pair)
        default: self.init(account: nil, key: nil)
        }
    }

    /// https://www.rfc-editor.org/rfc/rfc7617: the user name ends at the first colon.
    private init(basic encoded: Substring) {
        let pair = Data(base64Encoded: String(encoded)).flatMap { String(validating: $0, as: UTF8.self) }
        let parts = pair?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) ?? []
        let isPair = parts.count == 2
        self.init(account: isPair ? String(parts[0]) : nil, key: isPair ? APIKeySecret(parsing: parts[1]) : nil)
    }
}

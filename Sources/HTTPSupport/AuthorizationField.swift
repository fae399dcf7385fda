import Domain
package import HTTPTypes
package import Operations

extension PresentedKey {
    /// Reads `Authorization: Basic account:key` and `Authorization: Bearer key`; nil where there is no such field. A field
    /// that cannot be read presents a key that is wrong.
    package init?(_ headers: HTTPFields) {
        let fields = headers[values: .authorization]
        guard let field = fields.first else { return nil }
        switch fields.count == 1 ? AuthorizationValue(parsing: field) : nil {
        case .bearer(let token)?: self.init(account: nil, key: APIKeySecret(parsing: token.revealed()))
        case .basic(let user, let password)?: self.init(account: user, key: APIKeySecret(parsing: password.revealed()))
        case nil: self.init(account: nil, key: nil)
        }
    }
}

package import FoundationEssentials

/// What a sealed secret is for. It opens for exactly this destination, in the deployment that sealed it.
package struct SealingContext: Sendable {
    /// The raw values are part of what is authenticated and may never change.
    package enum Purpose: String, Sendable {
        case credential
        case deploymentSecret = "deployment-secret"
    }

    package var purpose: Purpose
    package var row: UUID
    package var namespace: String
    package var authority: String
    package var version: Int

    package init(purpose: Purpose, row: UUID, namespace: String, authority: String, version: Int) {
        self.purpose = purpose
        self.row = row
        self.namespace = namespace
        self.authority = authority
        self.version = version
    }

    /// The one secret that belongs to no namespace and no registry.
    package static func deploymentSecret(row: UUID, version: Int) -> SealingContext {
        SealingContext(purpose: .deploymentSecret, row: row, namespace: "", authority: "", version: version)
    }
}

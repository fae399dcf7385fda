package import FoundationEssentials

/// A deployment: its identity, and the sealed secret from which its keys are derived.
package struct Deployment: Hashable, Sendable, Identifiable {
    package let id: UUID
    package let secretEnvelope: [UInt8]
    package let created: Date

    package init(id: UUID, secretEnvelope: [UInt8], created: Date) {
        self.id = id
        self.secretEnvelope = secretEnvelope
        self.created = created
    }
}

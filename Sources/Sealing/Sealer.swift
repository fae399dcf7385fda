import Crypto
package import FoundationEssentials

/// Seals secrets with a context, and opens them only with the same context.
///
/// Each secret is encrypted with a new data key, and the data key is wrapped with the newest key of the ring.
package struct Sealer: Sendable {
    private let ring: KeyRing
    private let deployment: UUID

    package init(ring: KeyRing, deployment: UUID) {
        self.ring = ring
        self.deployment = deployment
    }

    package func seal(_ plaintext: [UInt8], for destination: SealingContext) throws(SealingError) -> Envelope {
        let binding = AssociatedData(destination, deployment: deployment)
        let dataKey = SymmetricKey.random()
        let sealedSecret = try dataKey.seal(plaintext, binding: binding.inner)
        return try wrap(dataKey, around: sealedSecret, binding: binding)
    }

    package func open(_ envelope: Envelope, for destination: SealingContext) throws(SealingError) -> [UInt8] {
        let binding = AssociatedData(destination, deployment: deployment)
        let dataKey = try unwrap(envelope, binding: binding)
        return try dataKey.open(envelope.sealedSecret, binding: binding.inner)
    }

    /// Wraps the data key with the newest key of the ring. The sealed secret is unchanged. An envelope of the newest key is returned
    /// unchanged.
    package func rewrap(_ envelope: Envelope, for destination: SealingContext) throws(SealingError) -> Envelope {
        let binding = AssociatedData(destination, deployment: deployment)
        let dataKey = try unwrap(envelope, binding: binding)
        if envelope.keyID == ring.newest.id { return envelope }
        return try wrap(dataKey, around: envelope.sealedSecret, binding: binding)
    }

    private func wrap(_ dataKey: SymmetricKey, around secret: [UInt8], binding: AssociatedData) throws(SealingError) -> Envelope {
        let key = ring.newest
        let wrapped = try key.wrappingKey.seal(dataKey.bytes, binding: binding.outer(key.id))
        return Envelope(keyID: key.id, wrappedDataKey: wrapped, sealedSecret: secret)
    }

    private func unwrap(_ envelope: Envelope, binding: AssociatedData) throws(SealingError) -> SymmetricKey {
        guard let key = ring[envelope.keyID] else { throw .wrongKey(needed: envelope.keyID, have: ring.ids) }
        return SymmetricKey(data: try key.wrappingKey.open(envelope.wrappedDataKey, binding: binding.outer(key.id)))
    }
}

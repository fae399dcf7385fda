import Domain
import Sealing
import Storage

extension RowSigner: RowAuthenticator {}

extension OpenedDeployment {
    /// Signs the rows of a version that did not sign them, once: the sealed deployment row says afterwards that this happened.
    ///
    /// Refused where rows are signed already: then somebody put an older deployment row back, so that edited rows would be signed.
    static func signRows(of deployment: Deployment, _ secret: DeploymentSecret, by sealer: Sealer, in store: any Store) async throws {
        let signed = try secret.withSignedRows().sealed(by: sealer, row: deployment.id, version: 1)
        try await store.write { writer in
            guard try !writer.hasSignedRows() else { throw OpeningError.olderDeploymentRow }
            _ = try writer.signRows(verifiedBy: nil)
            try writer.rewrap(deployment, as: signed.bytes, sealedWith: signed.keyID.description)
        }
    }
}

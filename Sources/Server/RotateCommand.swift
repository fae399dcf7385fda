package import ArgumentParser
import Domain
internal import Logging
import Operations
import Sealing
import Storage
internal import StorageSQLite

package struct RotateCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Wrap all stored secrets with a new key-encryption key.",
        discussion: """
            Makes a new key, puts it before the others in the key file, and wraps every secret with it; no password has to be \
            entered again, and every API key stays valid. Stop the server first. Where it was interrupted, run it again: it goes on \
            with the key that it had made.

            The old keys stay in the file, since backups of the data need them. Remove their lines when no such backup is left.
            """)

    @OptionGroup package var places: DataOptions

    package init() {}

    package func run() async throws {
        try await StartError.reporting { try await Server(settings: try await places.settings()).rotateKeys() }
    }
}

extension Server {
    func rotateKeys() async throws {
        let directory = try openDirectory()
        let store = try openStore(in: directory)
        guard let ring = try settings.keys.load(logger: logger) else {
            throw StartError(.configuration, "no key is configured (looked for: \(settings.keys.places))")
        }
        guard try await store.read({ try $0.deployment() }) != nil else {
            throw nothingYet
        }
        let isFinished = try await store.read { try $0.sealingKeyIDs() } == [ring.newest.id.description]
        let target = isFinished ? try settings.keys.rotate(ring, logger: logger) : ring
        guard let deployment = try await store.read({ try $0.deployment() }) else { throw nothingYet }
        let journal = Revocations(try RevocationFile(settings.revocations).entries())
        let isSigned = journal.deploymentsWithSignedRows.contains(deployment.id)
        do {
            let count = try await RotateKeys(store: store, ring: target, expectsSignedRows: isSigned).run { count in
                logger.info("wrapped anew", metadata: ["credentials": "\(count)"])
            }
            StandardStream.output.write("\(count) credentials are sealed with the key \(target.newest.id)\n")
        } catch OpenedDeployment.OpeningError.missingKeys(let needed, let given) {
            throw missingKeys(needed: needed, given: given)
        } catch OpenedDeployment.OpeningError.olderDeploymentRow {
            throw olderDeploymentRow
        } catch let error as SealingError {
            throw StartError(.configuration, "a secret in '\(settings.data)' does not open: \(error)")
        }
        try store.close()
    }
}

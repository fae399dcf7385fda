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
        abstract: "Rewrap all stored secrets with a new key-encryption key.",
        discussion: """
            Creates a new key, adds it before the others in the key file, and rewraps every secret with it. No password has to be \
            entered again, and every API key stays valid. Stop the server first. If it is interrupted, run it again: it continues \
            with the key that it had created.

            The old keys stay in the file, because backups of the data need them. Remove their lines when no such backup is left.

            With --deployment-secret, replaces the secret that gateway tokens, upload locations, row signatures and key hashes depend on. Do \
            this if someone may have obtained the data and its key. Gateway tokens and uploads in progress become invalid, all rows are \
            signed again, API keys stay valid. Run it after 'lighterman rotate', and revoke keys that others may have created.
            """)

    @OptionGroup package var places: DataOptions

    @Flag(help: "Replace the deployment secret instead.")
    package var deploymentSecret = false

    package init() {}

    package func run() async throws {
        try await StartError.reporting {
            let server = Server(settings: try await places.settings())
            if deploymentSecret { try await server.replaceDeploymentSecret() } else { try await server.rotateKeys() }
        }
    }
}

extension Server {
    func rotateKeys() async throws {
        let directory = try openDirectory()
        let store = try openStore(in: directory)
        guard try await store.read({ try $0.deployment() }) != nil else { throw try await nothingYet(in: store) }
        let ring = try await keyRing(of: store)
        let isFinished = try await store.read { try $0.sealingKeyIDs() } == [ring.newest.id.description]
        let target = isFinished ? try settings.keys.rotate(ring, logger: logger) : ring
        do {
            let count = try await RotateKeys(store: store, ring: target, journal: RevocationFile(settings.revocations)).run { count in
                logger.info("rewrapped", metadata: ["credentials": .stringConvertible(count)])
            }
            StandardStream.output.write("\(count) credentials are sealed with the key \(target.newest.id)\n")
        } catch let error as OpenedDeployment.OpeningError {
            throw startError(error)
        } catch let error as SealingError {
            throw undecryptable("a secret", error)
        }
        try store.close()
    }

    func replaceDeploymentSecret() async throws {
        let directory = try openDirectory()
        let store = try openStore(in: directory)
        guard try await store.read({ try $0.deployment() }) != nil else { throw try await nothingYet(in: store) }
        let ring = try await keyRing(of: store)
        do {
            let count = try await ReplaceDeploymentSecret(store: store, ring: ring, journal: RevocationFile(settings.revocations)).run()
            StandardStream.output.write(
                "the deployment secret was replaced: \(count) rows are signed with the new one, gateway tokens and uploads in progress "
                    + "are invalid\n"
            )
            let rows = try await store.write { try $0.unverifiedRows(limit: 1_000) }
            if !rows.isEmpty {
                StandardStream.error.write(
                    "lighterman: \(rows.count) rows were not signed, because they did not verify: see 'lighterman doctor'\n")
            }
        } catch let error as OpenedDeployment.OpeningError {
            throw startError(error)
        } catch let error as SealingError {
            throw undecryptable("a secret", error)
        }
        try store.close()
    }
}

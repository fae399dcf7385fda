import CloudAPI
import Domain
import FoundationEssentials
import Logging
import NIOPosix
import Operations
import ServiceLifecycle
import Wire

/// The second place of the audit trail: a file with an action a line, in JSON, as the API shows it.
///
/// It follows the store, where actions are durable already: what could not be written, or was not before a crash, is written
/// later. Where it has come to is kept beside the data, so that the file can be moved away at any time.
struct AuditLog: Service {
    let backend: Backend
    let logger: Logger
    let file: AppendedFile
    /// The file that says which action was written last.
    let position: String
    var pause = Duration.seconds(1)
    var batch = 200

    /// For how long an action that is under way holds up those behind it, so that its end is what is written of it. No call
    /// takes that long; one whose end was lost in a crash is written as it is.
    static let patience: TimeInterval = 60

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await catchUp()
                try await Task.sleep(for: pause)
            }
        }
        await catchUp()
    }

    private func catchUp() async {
        do {
            var last = (try? String(contentsOfFile: position, encoding: .utf8)).flatMap { UUID(uuidString: String($0.prefix(36))) }
            while true {
                let actions = try await backend.actions(after: last, limit: batch)
                let written = actions.prefix { $0.state != .inProgress || Date().timeIntervalSince($0.started) > Self.patience }
                guard let newest = written.last else { return }
                let lines = try written.map { String(decoding: try WireCoding.encode(ActionBody($0)), as: UTF8.self) + "\n" }.joined()
                try await NIOThreadPool.singleton.runIfActive {
                    try file.append(lines)
                    try DurableFile.write("\(newest.id.uuidString.lowercased())\n", to: position)
                }
                last = newest.id
            }
        } catch is CancellationError {
            // The server stops.
        } catch {
            logger.error("the audit log cannot be written", metadata: ["error": "\(error)"])
        }
    }
}

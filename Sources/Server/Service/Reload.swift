import FoundationEssentials
import Logging
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// Loads the TLS certificate again on SIGHUP, and when its files change.
struct Reload: Service {
    /// nil without TLS. SIGHUP then reloads nothing, but does not end the server either: log rotation tools send it.
    let certificate: ServedCertificate?
    let manager: ServiceManager
    let logger: Logger
    var pause = Duration.seconds(5)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) { await reload() }
                }
                if let certificate { group.addTask { try await watch(certificate) } }
                try await group.waitForAll()
            }
        }
    }

    private func reload() async {
        manager.report(.reloading, status: "reloading")
        var status = manager.readyStatus ?? ""
        if let certificate, let failure = await load(certificate) { status += ", with the previous certificate: \(failure)" }
        manager.report(.reloaded, status: status)
    }

    /// Loads changed files when they have not changed for one pause, so that a certificate that is replaced before its key is no error.
    func watch(_ certificate: ServedCertificate) async throws {
        var last = certificate.versions
        while !Task.isCancelled {
            try await Task.sleep(for: pause)
            let versions = try await NIOThreadPool.singleton.runIfActive { certificate.versions }
            if versions == last, !certificate.hasTried(versions) { await reload() }
            last = versions
        }
    }

    /// - Returns: the reason if the certificate cannot be used.
    private func load(_ certificate: ServedCertificate) async -> String? {
        do {
            try await NIOThreadPool.singleton.runIfActive { try certificate.reload() }
            logger.notice("loaded the TLS certificate again", metadata: ["expires": "\(LogTime.text(of: certificate.expires))"])
            return nil
        } catch {
            logger.error("the TLS certificate was not loaded again, and the previous one stays in use: \(error)")
            return "\(error)"
        }
    }
}

/// Tells the service manager that the server is stopping. It is the last service, which stops first.
struct StopNotice: Service {
    let manager: ServiceManager

    func run() async throws {
        try? await gracefulShutdown()
        manager.report(.stopping, status: "finishing the requests in progress")
    }
}

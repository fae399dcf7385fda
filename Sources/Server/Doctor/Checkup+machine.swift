import FoundationEssentials

/// The checks that need no data.
extension Checkup {
    func machine() -> [Finding] {
        modes() + [descriptors()] + (server.settings.tls.map { [tls($0)] } ?? [])
    }

    /// Owner and mode of the data directory, the database, the key file and the revocation journal.
    private func modes() -> [Finding] {
        let journal = RevocationFile(server.settings.revocations)
        let checks: [() throws -> Void] = [
            { try server.checkDataDirectory() }, { _ = try server.settings.keys.load(logger: server.logger) },
            { if journal.exists { try journal.prepare() } },
        ]
        let objections = checks.compactMap { check -> String? in
            do {
                try check()
                return nil
            } catch {
                return "\(error)"
            }
        }
        guard objections.isEmpty else { return objections.map { .bad(.modes, $0) } }
        return [.good(.modes, "only this user can use the data directory, the database, the key file and the revocation journal")]
    }

    private func descriptors() -> Finding {
        do {
            let limit = DescriptorLimit.current()
            let budget = try server.settings.descriptors(limit: limit)
            if let warning = budget.warning { return .bad(.descriptors, warning) }
            return .good(
                .descriptors,
                "the limit of \(limit) allows \(budget.clients) client connections and \(budget.upstreamConnections) to registries")
        } catch {
            return .bad(.descriptors, "\(error)")
        }
    }

    private func tls(_ files: Settings.TLSFiles) -> Finding {
        do throws(StartError) {
            let loaded = try ServedCertificate.load(files)
            return Self.tls(files.certificate, from: loaded.starts, to: loaded.expires, at: now)
        } catch {
            return .bad(.tls, "\(error)")
        }
    }

    /// The days before the expiry of a certificate from which it must be replaced.
    private static let notice = 14

    static func tls(_ path: String, from start: Date, to end: Date, at now: Date) -> Finding {
        let days = Int((end.timeIntervalSince(now) / 86_400).rounded(.down))
        let date = LogTime.text(of: end)
        if start > now { return .bad(.tls, "the certificate '\(path)' is valid only from \(LogTime.text(of: start)): check the clock") }
        if end <= now { return .bad(.tls, "the certificate '\(path)' expired on \(date): replace it") }
        guard days >= notice else { return .bad(.tls, "the certificate '\(path)' expires in \(days) days, on \(date): replace it") }
        return .good(.tls, "the certificate '\(path)' is valid for \(days) days, until \(date)")
    }
}

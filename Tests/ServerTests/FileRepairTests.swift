import Foundation
import TestSupport
import Testing

/// Each wrong owner or mode is refused with one sentence, and the command in it corrects the files.
@Suite("Commands that correct the files of the data") struct FileRepairTests {
    private static let modes = [
        "chmod 750 data", "chmod 2755 data", "chmod 2775 data", "chmod 1777 data", "chmod 3777 data", "chmod 4755 data",
        "chmod 777 .", "chmod 757 .", "chmod 2777 .",
        "chmod 640 data/lighterman.sqlite", "touch data/lighterman.sqlite-wal; chmod 644 data/lighterman.sqlite-wal",
        "touch data/lighterman.sqlite-shm; chmod 666 data/lighterman.sqlite-shm",
        "touch data/lighterman.sqlite-journal; chmod 604 data/lighterman.sqlite-journal",
        "chmod 666 data.revoked", "chmod 620 data.revoked", "chmod 640 data.kek", "chmod 604 data.kek", "chmod 666 audit",
        "chmod 660 audit",
    ]

    private static let owners = [
        "chown 65534 data", "chown 65534 data/lighterman.sqlite",
        "touch data/lighterman.sqlite-wal; chmod 600 data/lighterman.sqlite-wal; chown 65534 data/lighterman.sqlite-wal",
        "chown 65534 data.revoked", "chown 65534 data.kek", "chown 65534 audit", "chgrp 65534 .; chmod 770 .",
        "mv data real; ln -s real data; chown -h 65534 data", "mkdir x; mv data x; ln -s x/data data; chown -h 65534 data",
    ]

    private func arguments(_ folder: TemporaryDirectory) -> [String] { ["--audit-log", folder.path(of: "audit")] }

    private func repaired(_ damage: String) async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder, arguments(folder)) { _ in }
        _ = try await run("sh", ["-c", "cd \(folder.path); \(damage)"]).succeeded()
        let data = ["serve", "--data", folder.path(of: "data"), "--listen", "127.0.0.1:0"]
        let refusal = try await run(Binaries.lighterman, data + arguments(folder))
        #expect(refusal.status == 78 && refusal.stdout.isEmpty, "\(damage): \(refusal)")
        let lines = refusal.stderr.split(separator: "\n").filter { $0.hasPrefix("lighterman: ") }
        let command = try #require(lines.first?.firstMatch(of: /run '([^']+)'/)?.1, "\(damage): \(refusal.stderr)")
        #expect(lines.count == 1)
        _ = try await run("sh", ["-c", String(command)]).succeeded()
        try await LightermanProcess.with(in: folder, arguments(folder)) { _ in }
    }

    @Test("The command corrects a wrong mode", arguments: modes) func mode(_ damage: String) async throws {
        try await repaired(damage)
    }

    @Test(
        "The command corrects a wrong owner or a link of another user", .enabled(if: geteuid() == 0, "files of other users need root"),
        arguments: owners)
    func owner(_ damage: String) async throws {
        try await repaired(damage)
    }

    @Test(
        "A private directory in a shared folder with the sticky bit, behind an own link, or in an own group's folder is used",
        arguments: [
            "chmod 1777 .", "chmod 2775 .", "mv data real; ln -s real data", "mkdir -m 1777 x; mv data x; ln -s x/data data",
            "chmod 2700 data",
            "chmod 2770 data; chmod 660 data/lighterman.sqlite",
        ])
    func used(_ change: String) async throws {
        let folder = try TemporaryDirectory()
        try await LightermanProcess.with(in: folder) { _ in }
        _ = try await run("sh", ["-c", "cd \(folder.path); \(change)"]).succeeded()
        try await LightermanProcess.with(in: folder) { _ in }
    }

    @Test(
        "A volume that Kubernetes shares with a group of the server is used, as the data directory and as its folder",
        .enabled(if: geteuid() == 0, "files of other users need root"), arguments: [(true, 0o2775), (false, 0o2770), (false, 0o2775)])
    func volume(_ isParent: Bool, _ mode: mode_t) async throws {
        let folder = try TemporaryDirectory()
        let volume = isParent ? folder.path : folder.path(of: "data")
        if !isParent {
            try FileManager.default.createDirectory(atPath: volume, withIntermediateDirectories: false)
            #expect(chown(folder.path, 65534, 65534) == 0)
        }
        #expect(chown(volume, 0, 2000) == 0 && chmod(volume, mode) == 0)
        let user = ["/usr/bin/env", "setpriv", "--reuid", "65534", "--regid", "65534", "--groups", "2000"]
        for _ in 0..<2 { try await LightermanProcess.with(in: folder, wrapper: user) { _ in } }
    }
}

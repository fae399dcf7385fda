import FoundationEssentials
import SystemPackage

extension Server {
    /// Checks owner and mode of the data, and of the folders on the path to it. An empty directory of the server's own user is made private.
    func checkDataDirectory() throws(StartError) {
        let rule = FileRule(user: .current)
        guard let folder = try dataFolder(rule) else { return }
        if let objection = rule.objection(toDataDirectory: settings.data, folder) {
            guard folder.owner == rule.user.id, isEmpty(settings.data), makePrivate(settings.data) else {
                throw StartError(.configuration, objection)
            }
        }
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let file = "\(settings.data)/lighterman.sqlite\(suffix)"
            guard let access = FileAccess(of: file) else { continue }
            if let objection = rule.objection(toDatabase: file, access, in: folder) { throw StartError(.configuration, objection) }
        }
    }

    /// - Returns: nil if the data directory does not exist yet, or is not visible.
    private func dataFolder(_ rule: FileRule) throws(StartError) -> FileAccess? {
        var folders: [(path: String, access: FileAccess)] = []
        var isMissing = false
        // From the root, so that the folders above the current one are checked as well.
        let absolute = FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(settings.data))
        do {
            let (folder, _) = try GuardedFile.openFolder(of: "\(absolute)/.") { folders.append(($0, $1)) }
            try? folder.close()
        } catch .system {
            isMissing = true
        } catch {
            throw StartError(
                .configuration, "the data directory '\(settings.data)' cannot be used: \(error.description(of: settings.data))")
        }
        let data = isMissing ? nil : folders.popLast()
        let entries = folders.dropFirst().map { Optional($0) } + [data]
        // A file on the path is an error of the next step.
        for (parent, entry) in zip(folders, entries) where parent.access.isFolder {
            if let objection = rule.objection(toFolder: parent.path, parent.access, above: entry) {
                throw StartError(.configuration, objection)
            }
        }
        return data?.access
    }

    private func isEmpty(_ folder: String) -> Bool {
        (try? FileManager.default.contentsOfDirectory(atPath: folder).isEmpty) ?? false
    }

    private func makePrivate(_ folder: String) -> Bool {
        (try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)) != nil
    }
}

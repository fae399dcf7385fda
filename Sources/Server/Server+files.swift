import Glibc

extension Server {
    /// Checks owner and mode of the data before it is used. An empty directory of the server's own user becomes private.
    func checkDataDirectory() throws(StartError) {
        let rule = FileRule(user: .current)
        guard let folder = FileAccess(of: settings.data) else { return }
        if let objection = rule.objection(toDataDirectory: settings.data, folder) {
            guard folder.owner == rule.user.id, isEmpty(settings.data), chmod(settings.data, 0o700) == 0 else {
                throw StartError(.configuration, objection)
            }
        }
        for file in ["lighterman.sqlite", "lighterman.sqlite-wal", "lighterman.sqlite-shm"].map({ "\(settings.data)/\($0)" }) {
            guard let access = FileAccess(of: file) else { continue }
            if let objection = rule.objection(toDatabase: file, access, in: folder) { throw StartError(.configuration, objection) }
        }
    }

    private func isEmpty(_ path: String) -> Bool {
        guard let folder = opendir(path) else { return false }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // "." and ".."
        return count <= 2
    }
}

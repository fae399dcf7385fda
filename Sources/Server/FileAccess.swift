import Glibc

/// The owner, group and mode of a file.
struct FileAccess: Sendable {
    let owner: uid_t
    let group: gid_t
    /// Includes the file type.
    let mode: mode_t

    init(owner: uid_t, group: gid_t, mode: mode_t) {
        self.owner = owner
        self.group = group
        self.mode = mode
    }

    init(_ status: stat) {
        self.init(owner: status.st_uid, group: status.st_gid, mode: status.st_mode)
    }

    /// Follows links. Returns nil if the file does not exist or is not visible.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    /// The permissions in the notation of `chmod`.
    var permissions: String { "0" + String(mode & 0o7777, radix: 8) }

    var isFile: Bool { mode & S_IFMT == S_IFREG }
}

/// The user that the server runs as.
struct ProcessUser: Sendable {
    let id: uid_t
    let groups: Set<gid_t>

    init(id: uid_t, groups: Set<gid_t>) {
        self.id = id
        self.groups = groups
    }

    static var current: ProcessUser {
        var groups = [gid_t](repeating: 0, count: max(0, Int(getgroups(0, nil))))
        let count = getgroups(Int32(groups.count), &groups)
        return ProcessUser(id: geteuid(), groups: Set(groups.prefix(max(0, Int(count))) + [getegid()]))
    }
}

/// Decides from owner and mode whether a file may be used, and explains how to fix it if not.
struct FileRule: Sendable {
    let user: ProcessUser

    /// A key file: owned by the server's user and private. If root owns it and the server does not run as root, a group of the server
    /// may read it, as with systemd's credentials and volumes of Kubernetes.
    func objection(toKeyFile path: String, _ access: FileAccess) -> String? {
        guard access.isFile else { return "the key file '\(path)' is not a file" }
        if let objection = objection(toOwnerOf: "the key file '\(path)'", path, access, orRoot: true) { return objection }
        let isMounted = access.owner == 0 && user.id != 0 && (access.group == 0 || user.groups.contains(access.group))
        guard access.mode & (isMounted ? 0o037 : 0o077) != 0 else { return nil }
        return "the key file '\(path)' can be read by others (mode \(access.permissions)): run 'chmod 600 \(path)' (in Kubernetes, set the "
            + "volume's defaultMode: 0400)"
    }

    /// The audit log or the revocation journal: only its owner may write it. Others may read it, such as a log shipper.
    ///
    /// - Parameter name: the name of the file in sentences.
    func objection(toAppendedFile path: String, named name: String, _ access: FileAccess) -> String? {
        guard access.isFile else { return "\(name) '\(path)' is not a file" }
        if let objection = objection(toOwnerOf: "\(name) '\(path)'", path, access) { return objection }
        guard access.mode & 0o022 != 0 else { return nil }
        return "\(name) '\(path)' can be changed by others (mode \(access.permissions)): run 'chmod go-w \(path)'"
    }

    /// The data directory. If it is the mount point of a volume, root may own it.
    func objection(toDataDirectory path: String, _ access: FileAccess) -> String? {
        if let objection = objection(toOwnerOf: "the data directory '\(path)'", path, access, orRoot: true) { return objection }
        let isMounted = access.owner == 0 && user.id != 0
        let forbidden: mode_t = isShared(access) ? 0o002 : isMounted ? 0o022 : 0o077
        guard access.mode & forbidden != 0 else { return nil }
        return
            "the data directory '\(path)' can be used by others (mode \(access.permissions)): run 'chmod \(isMounted ? "go-w" : "700") \(path)'"
    }

    func objection(toDatabase path: String, _ access: FileAccess, in folder: FileAccess) -> String? {
        if let objection = objection(toOwnerOf: "the database '\(path)'", path, access) { return objection }
        guard access.mode & (isShared(folder) ? 0o007 : 0o077) != 0 else { return nil }
        return "the database '\(path)' can be read or changed by others (mode \(access.permissions)): run 'chmod 600 \(path)'"
    }

    /// Whether Kubernetes shares the volume with a group (`fsGroup`). Kubernetes then gives the group all permissions of the owner; the
    /// setgid bit shows that this is intended (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/).
    private func isShared(_ folder: FileAccess) -> Bool {
        folder.mode & mode_t(S_ISGID) != 0 && user.groups.contains(folder.group)
    }

    private func objection(toOwnerOf what: String, _ path: String, _ access: FileAccess, orRoot: Bool = false) -> String? {
        guard access.owner != user.id, !(orRoot && access.owner == 0) else { return nil }
        return "\(what) belongs to another user (uid \(access.owner)), and lighterman runs as uid \(user.id): run it as that user, or run "
            + "'chown -R \(user.id) \(path)'"
    }
}

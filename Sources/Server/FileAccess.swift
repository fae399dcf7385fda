import SystemPackage

/// The owner, group and mode of a file.
struct FileAccess: Sendable {
    let owner: CInterop.UserID
    let group: CInterop.GroupID
    let mode: FileMode

    init(owner: CInterop.UserID, group: CInterop.GroupID, mode: FileMode) {
        self.owner = owner
        self.group = group
        self.mode = mode
    }

    init(_ status: Stat) {
        self.init(owner: status.userID.rawValue, group: status.groupID.rawValue, mode: status.mode)
    }

    /// Follows links. Returns nil if the file does not exist or is not visible.
    init?(of path: String) {
        guard let status = try? FilePath(path).stat() else { return nil }
        self.init(status)
    }

    /// The permissions in the notation of `chmod`.
    var permissions: String { "0" + String(mode.permissions.rawValue, radix: 8) }

    var isFile: Bool { mode.type == .regular }
    var isFolder: Bool { mode.type == .directory }
    var isLink: Bool { mode.type == .symbolicLink }
    /// Others can then not replace or remove the entries of the folder.
    var isSticky: Bool { mode.permissions.contains(.saveText) }
    /// New entries of the folder then belong to its group.
    var setsGroup: Bool { mode.permissions.contains(.setGroupID) }

    /// Whether the mode has any of the permissions.
    func allows(_ permissions: CInterop.Mode) -> Bool { mode.permissions.rawValue & permissions != 0 }
}

/// Decides from owner and mode whether a file may be used, and explains how to fix it if not.
struct FileRule: Sendable {
    let user: ProcessUser

    /// A file with a secret: owned by the server's user and private. If root owns it and the server does not run as root, a group of the server
    /// may read it, as with systemd's credentials and volumes of Kubernetes.
    ///
    /// - Parameter name: the name of the file in sentences.
    func objection(toPrivateFile path: String, named name: String = "the key file", _ access: FileAccess) -> String? {
        guard access.isFile else { return "\(name) '\(path)' is not a file" }
        if let objection = objection(toOwnerOf: "\(name) '\(path)'", path, access, orRoot: true) { return objection }
        let isMounted = access.owner == 0 && user.id != 0 && (access.group == 0 || user.groups.contains(access.group))
        guard access.allows(isMounted ? 0o037 : 0o077) else { return nil }
        return "\(name) '\(path)' can be read by others (mode \(access.permissions)): run 'chmod 600 \(path)' (in Kubernetes, set the "
            + "volume's defaultMode: 0400)"
    }

    /// The audit log or the revocation journal: only its owner may write it. Others may read it, such as a log shipper.
    ///
    /// - Parameter name: the name of the file in sentences.
    func objection(toAppendedFile path: String, named name: String, _ access: FileAccess) -> String? {
        guard access.isFile else { return "\(name) '\(path)' is not a file" }
        if let objection = objection(toOwnerOf: "\(name) '\(path)'", path, access) { return objection }
        guard access.allows(0o022) else { return nil }
        return "\(name) '\(path)' can be changed by others (mode \(access.permissions)): run 'chmod go-w \(path)'"
    }

    /// A folder on the path to the data directory: nobody else may replace what is in it. If it has the sticky bit, as `/tmp` does, others
    /// cannot replace what belongs to the server's user or root.
    ///
    /// - Parameter entry: the next folder on the path; nil if it does not exist yet.
    func objection(toFolder path: String, _ access: FileAccess, above entry: (path: String, access: FileAccess)?) -> String? {
        let isOwnGroup = isShared(access) || access.group == 0 || access.group == user.id && user.groups.contains(access.group)
        guard access.allows(isOwnGroup ? 0o002 : 0o022) else { return nil }
        guard access.isSticky else {
            return "the folder '\(path)', in which the data directory is, can be changed by others (mode \(access.permissions)): run "
                + "'chmod \(isOwnGroup ? "o-w" : "go-w") \(path)', or choose another data directory (--data)"
        }
        return entry.flatMap { objection(toOwnerOf: "the folder '\($0.path)'", $0.path, $0.access, orRoot: true) }
    }

    /// The data directory. If it is the mount point of a volume, root may own it.
    func objection(toDataDirectory path: String, _ access: FileAccess) -> String? {
        if let objection = objection(toOwnerOf: "the data directory '\(path)'", path, access, orRoot: true) { return objection }
        let isMounted = access.owner == 0 && (user.id != 0 || access.group != 0)
        let (forbidden, correction): (CInterop.Mode, String) =
            switch (isShared(access), isMounted) {
            // Kubernetes adds permissions for the group, and others may list the mount point.
            case (true, true): (0o002, "o-w")
            case (true, false): (0o007, "o=")
            case (false, true) where user.id != 0: (0o022, "go-w")
            case (false, _): (0o077, "700")
            }
        guard access.allows(forbidden) else { return nil }
        return "the data directory '\(path)' can be used by others (mode \(access.permissions)): run 'chmod \(correction) \(path)'"
    }

    func objection(toDatabase path: String, _ access: FileAccess, in folder: FileAccess) -> String? {
        if let objection = objection(toOwnerOf: "the database '\(path)'", path, access) { return objection }
        guard access.allows(isShared(folder) ? 0o007 : 0o077) else { return nil }
        return "the database '\(path)' can be read or changed by others (mode \(access.permissions)): run 'chmod 600 \(path)'"
    }

    /// Whether Kubernetes shares the volume with a group (`fsGroup`). Kubernetes then gives the group all permissions of the owner; the
    /// setgid bit shows that this is intended (https://kubernetes.io/docs/tasks/configure-pod-container/security-context/).
    private func isShared(_ folder: FileAccess) -> Bool {
        folder.setsGroup && user.groups.contains(folder.group)
    }

    private func objection(toOwnerOf what: String, _ path: String, _ access: FileAccess, orRoot: Bool = false) -> String? {
        guard access.owner != user.id, !(orRoot && access.owner == 0) else { return nil }
        return "\(what) belongs to another user (uid \(access.owner)), and lighterman runs as uid \(user.id): run it as that user, or run "
            + "'chown -R \(user.id) \(path)'"
    }
}

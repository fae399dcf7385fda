import SystemPackage

/// Opens files by paths that only the server's user and root control. It follows no link of another user, and no link in place of the
/// file itself.
enum GuardedFile {
    enum OpeningError: Error {
        case system(Errno)
        /// A link where the file is expected.
        case link
        /// A link on the path to the file, created by another user.
        case foreignLink(path: String, owner: CInterop.UserID)

        func description(of path: String) -> String {
            switch self {
            case .system(let error): "\(error)"
            case .link: "it is a symbolic link: name the file that it points to"
            case .foreignLink(let link, let owner):
                "its path has the symbolic link '\(link)' of another user (uid \(owner)): use a path without it, or run "
                    + "'chown -h \(ProcessUser.current.id) \(link)'"
            }
        }
    }

    /// A file that is created is private to its owner.
    ///
    /// - Returns: a descriptor, which the caller closes.
    static func open(
        _ path: String, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
    ) throws(OpeningError) -> FileDescriptor {
        let (folder, name) = try openFolder(of: path)
        defer { try? folder.close() }
        return try open(name, in: folder, mode, options)
    }

    /// Opens a file that may be mounted by Kubernetes. There, the file name is a link into the folder `..data`, which is itself a link;
    /// Kubernetes updates the volume by replacing it
    /// (https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go). No other link is followed.
    static func openMounted(_ path: String) throws(OpeningError) -> FileDescriptor {
        let (folder, name) = try openFolder(of: path)
        defer { try? folder.close() }
        do {
            return try open(name, in: folder, .readOnly, .nonBlocking)
        } catch .link {
            guard let target = try? folder.target(of: name), target.hasPrefix("..data/"), !target.contains("/../") else { throw .link }
            let end = path.lastIndex(of: "/").map { path[...$0] } ?? ""
            return try open("\(end)\(target)", .readOnly, .nonBlocking)
        }
    }

    /// Opens a file in an open folder.
    static func open(
        _ name: String, in folder: FileDescriptor, _ mode: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions
    ) throws(OpeningError) -> FileDescriptor {
        do {
            return try folder.open(name, mode, options.union(.noFollow))
        } catch {
            throw error == .tooManySymbolicLinkLevels ? .link : .system(error)
        }
    }

    /// - Parameter visit: called for each folder on the path, from the outermost to the file's own.
    /// - Returns: a path-only descriptor of the folder, which the caller closes, and the file's name in it.
    static func openFolder(
        of path: String, visiting visit: (_ path: String, FileAccess) -> Void = { _, _ in }
    ) throws(OpeningError) -> (descriptor: FileDescriptor, name: String) {
        var rest = components(path)
        let name = rest.popLast() ?? "."
        rest.reverse()
        var (folder, place) = (try start(at: path), path.hasPrefix("/") ? "" : ".")
        var links = 0
        do throws(OpeningError) {
            visit(place.isEmpty ? "/" : place, try access(of: folder))
            while let part = rest.popLast() {
                let (next, access) = try openEntry(part, in: folder)
                let entry = "\(place)/\(part)"
                guard access.isLink else {
                    try? folder.close()
                    (folder, place) = (next, entry)
                    visit(place, access)
                    continue
                }
                try? next.close()
                links += 1
                guard access.owner == 0 || access.owner == ProcessUser.current.id else {
                    throw .foreignLink(path: entry, owner: access.owner)
                }
                guard links <= 40, let target = try? folder.target(of: part) else { throw .system(.tooManySymbolicLinkLevels) }
                if target.hasPrefix("/") {
                    let root = try start(at: target)
                    try? folder.close()
                    (folder, place) = (root, "")
                    visit("/", try self.access(of: folder))
                }
                rest += components(target).reversed()
            }
        } catch {
            try? folder.close()
            throw error
        }
        return (folder, name)
    }

    private static func start(at path: String) throws(OpeningError) -> FileDescriptor {
        do {
            let options: FileDescriptor.OpenOptions = [.pathOnly, .directory, .closeOnExec]
            return try FileDescriptor.open(path.hasPrefix("/") ? "/" : ".", .readOnly, options: options)
        } catch {
            throw .system(error as? Errno ?? .ioError)
        }
    }

    /// Opens a folder or a link, which is not followed.
    private static func openEntry(
        _ name: String, in folder: FileDescriptor
    ) throws(OpeningError) -> (descriptor: FileDescriptor, access: FileAccess) {
        let entry = try open(name, in: folder, .readOnly, .pathOnly)
        do throws(OpeningError) {
            return (entry, try access(of: entry))
        } catch {
            try? entry.close()
            throw error
        }
    }

    private static func access(of file: FileDescriptor) throws(OpeningError) -> FileAccess {
        do {
            return FileAccess(try file.stat())
        } catch {
            throw .system(error)
        }
    }

    private static func components(_ path: String) -> [String] { FilePath(path).components.map(\.string) }
}

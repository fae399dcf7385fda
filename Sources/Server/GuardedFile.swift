import Glibc

/// Opens files by paths that only the server's user and root control. It follows no link of another user, and no link in place of the
/// file itself.
enum GuardedFile {
    enum OpeningError: Error {
        case system(code: Int32)
        /// A link where the file is expected.
        case link
        /// A link on the path to the file, created by another user.
        case foreignLink(path: String, owner: uid_t)

        func description(of path: String) -> String {
            switch self {
            case .system(let code): String(cString: strerror(code))
            case .link: "it is a symbolic link: name the file that it points to"
            case .foreignLink(let link, let owner):
                "its path has the symbolic link '\(link)' of another user (uid \(owner)): use a path without it"
            }
        }
    }

    /// - Parameter mode: the mode of a file that is created.
    /// - Returns: a descriptor, which the caller closes.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(OpeningError) -> Int32 {
        let (folder, name) = try openFolder(of: path)
        defer { close(folder) }
        return try open(name, in: folder, flags, mode: mode)
    }

    /// Opens a file that may be mounted by Kubernetes. There, the file name is a link into the folder `..data`, which is itself a link;
    /// Kubernetes updates the volume by replacing it
    /// (https://github.com/kubernetes/kubernetes/blob/master/pkg/volume/util/atomic_writer.go). No other link is followed.
    static func openMounted(_ path: String) throws(OpeningError) -> Int32 {
        let (folder, name) = try openFolder(of: path)
        defer { close(folder) }
        do {
            return try open(name, in: folder, O_RDONLY | O_NONBLOCK)
        } catch .link {
            guard let target = target(of: name, in: folder), target.hasPrefix("..data/"), !target.contains("/../") else { throw .link }
            let end = path.lastIndex(of: "/").map { path[...$0] } ?? ""
            return try open("\(end)\(target)", O_RDONLY | O_NONBLOCK)
        }
    }

    /// Opens a file in an open folder.
    static func open(_ name: String, in folder: Int32, _ flags: Int32, mode: mode_t = 0o600) throws(OpeningError) -> Int32 {
        let file = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file < 0 else { return file }
        let code = errno
        throw code == ELOOP ? .link : .system(code: code)
    }

    /// - Returns: a path-only descriptor of the folder, which the caller closes, and the file's name in it.
    static func openFolder(of path: String) throws(OpeningError) -> (descriptor: Int32, name: String) {
        var rest = parts(path)
        let name = rest.popLast() ?? "."
        var (folder, place) = (try start(at: path), path.hasPrefix("/") ? "" : ".")
        var links = 0
        rest.reverse()
        while let part = rest.popLast() {
            let next = openat(folder, part, pathOnly | O_NOFOLLOW | O_CLOEXEC)
            var status = stat()
            guard next >= 0, fstat(next, &status) == 0 else {
                let code = errno
                close(folder)
                if next >= 0 { close(next) }
                throw .system(code: code)
            }
            place += "/\(part)"
            guard status.st_mode & S_IFMT == S_IFLNK else {
                close(folder)
                folder = next
                continue
            }
            close(next)
            links += 1
            let target = target(of: part, in: folder)
            let isOwn = status.st_uid == 0 || status.st_uid == geteuid()
            guard isOwn, let target, links <= 40 else {
                close(folder)
                throw isOwn ? .system(code: ELOOP) : .foreignLink(path: place, owner: status.st_uid)
            }
            if target.hasPrefix("/") {
                close(folder)
                (folder, place) = (try start(at: target), "")
            }
            rest += parts(target).reversed()
        }
        return (folder, name)
    }

    private static func start(at path: String) throws(OpeningError) -> Int32 {
        let folder = Glibc.open(path.hasPrefix("/") ? "/" : ".", pathOnly | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .system(code: errno) }
        return folder
    }

    private static func parts(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

    private static func target(of name: String, in folder: Int32) -> String? {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlinkat(folder, name, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    /// `O_PATH`, which Swift's Glibc module lacks. It needs no read permission on a folder
    /// (https://github.com/torvalds/linux/blob/master/include/uapi/asm-generic/fcntl.h).
    private static let pathOnly: Int32 = 0o10_000_000
}

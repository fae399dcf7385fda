import Glibc
import SystemPackage
import Testing

@testable import Server

@Suite("Rules for owners and modes of files") struct FileRuleTests {
    private static let server = ProcessUser(id: 1000, groups: [1000, 2000])
    private static let root = ProcessUser(id: 0, groups: [0])

    private func file(_ owner: uid_t, _ mode: mode_t, group: gid_t = 1000, type: mode_t = S_IFREG) -> FileAccess {
        FileAccess(owner: owner, group: group, mode: FileMode(rawValue: type | mode))
    }

    @Test(
        "A key file must be the user's own and private, or root's and readable by a group of the user",
        arguments: [
            (1000, 1000, 0o600, true), (1000, 1000, 0o400, true), (1000, 1000, 0o640, false), (1000, 1000, 0o604, false),
            (1000, 1000, 0o610, false), (1000, 1000, 0o620, false), (1001, 1000, 0o600, false), (0, 0, 0o400, true), (0, 2000, 0o440, true),
            (0, 0, 0o440, true), (0, 3000, 0o440, false), (0, 2000, 0o460, false), (0, 2000, 0o444, false),
        ])
    func keyFile(_ owner: uid_t, _ group: gid_t, _ mode: mode_t, _ isUsed: Bool) {
        let objection = FileRule(user: Self.server).objection(toPrivateFile: "kek", file(owner, mode, group: group))
        #expect((objection == nil) == isUsed, "\(objection ?? "")")
    }

    @Test("Root reads only its own key files", arguments: [(0, 0o600, true), (0, 0o440, false), (1000, 0o600, false)])
    func keyFileOfRoot(_ owner: uid_t, _ mode: mode_t, _ isUsed: Bool) {
        #expect((FileRule(user: Self.root).objection(toPrivateFile: "kek", file(owner, mode, group: 0)) == nil) == isUsed)
    }

    @Test("A folder or a pipe is not accepted as key file", arguments: [S_IFDIR, S_IFIFO])
    func otherTypes(_ type: mode_t) {
        #expect(FileRule(user: Self.server).objection(toPrivateFile: "kek", file(1000, 0o600, type: type))?.contains("not a file") == true)
    }

    @Test(
        "A data directory must be private, the mount point of a volume, or shared with a group by its setgid bit",
        arguments: [
            (1000, 1000, 0o700, true), (1000, 1000, 0o755, false), (1000, 1000, 0o770, false), (1000, 1000, 0o777, false),
            (1001, 1000, 0o700, false), (0, 0, 0o755, true), (0, 0, 0o777, false), (0, 0, 0o775, false), (0, 2000, 0o2775, true),
            (1000, 2000, 0o2770, true), (1000, 2000, 0o2777, false), (1000, 3000, 0o2770, false), (1000, 1000, 0o2755, false),
            (1000, 2000, 0o2775, false), (1000, 2000, 0o2750, true), (0, 2000, 0o2777, false), (0, 3000, 0o2775, false),
            (0, 3000, 0o2755, true), (1000, 1000, 0o1777, false), (0, 0, 0o1777, false), (0, 2000, 0o3777, false),
            (1000, 1000, 0o4755, false), (1000, 1000, 0o1700, true), (1000, 1000, 0o2700, true), (1000, 1000, 0o4700, true),
        ])
    func dataDirectory(_ owner: uid_t, _ group: gid_t, _ mode: mode_t, _ isUsed: Bool) {
        let objection = FileRule(user: Self.server).objection(toDataDirectory: "data", file(owner, mode, group: group, type: S_IFDIR))
        #expect((objection == nil) == isUsed, "\(objection ?? "")")
    }

    @Test(
        "A server that runs as root uses its own private directory, or a volume that is shared with a group of its",
        arguments: [
            (0, 0, 0o700, true), (0, 0, 0o755, false), (0, 0, 0o2775, false), (0, 0, 0o2755, false), (0, 2000, 0o2775, true),
            (0, 2000, 0o2777, false), (0, 3000, 0o2775, false), (0, 3000, 0o775, false), (1000, 1000, 0o700, false),
        ])
    func dataDirectoryOfRoot(_ owner: uid_t, _ group: gid_t, _ mode: mode_t, _ isUsed: Bool) {
        let rule = FileRule(user: ProcessUser(id: 0, groups: [0, 2000]))
        let objection = rule.objection(toDataDirectory: "data", file(owner, mode, group: group, type: S_IFDIR))
        #expect((objection == nil) == isUsed, "\(objection ?? "")")
    }

    @Test(
        "A folder on the path to the data must not be writable by others, except with the sticky bit or by the user's own groups",
        arguments: [
            (0, 0, 0o755, true), (0, 0, 0o775, true), (0, 0, 0o777, false), (0, 3000, 0o775, false), (0, 3000, 0o2775, false),
            (0, 2000, 0o2775, true), (0, 2000, 0o775, false), (0, 2000, 0o2777, false), (1000, 1000, 0o775, true),
            (1000, 1000, 0o777, false), (7, 7, 0o755, true), (7, 7, 0o775, false), (0, 0, 0o1777, true), (0, 3000, 0o1775, true),
        ])
    func parent(_ owner: uid_t, _ group: gid_t, _ mode: mode_t, _ isUsed: Bool) {
        let (folder, rule) = (file(owner, mode, group: group, type: S_IFDIR), FileRule(user: Self.server))
        for entry in [nil, file(1000, 0o700, type: S_IFDIR), file(0, 0o755, type: S_IFDIR)] {
            let objection = rule.objection(toFolder: "srv", folder, above: entry.map { ("srv/data", $0) })
            #expect((objection == nil) == isUsed, "\(objection ?? "")")
        }
        let foreign = rule.objection(toFolder: "srv", folder, above: ("srv/data", file(7, 0o700, type: S_IFDIR)))
        #expect((foreign == nil) == (isUsed && mode & S_ISVTX == 0))
    }

    @Test(
        "A database must be private, or shared with the group of its folder",
        arguments: [
            (1000, 0o600, 0o700, true), (1000, 0o644, 0o700, false), (1000, 0o660, 0o700, false), (1000, 0o660, 0o2770, true),
            (1000, 0o664, 0o2770, false), (0, 0o600, 0o700, false), (1001, 0o600, 0o700, false),
        ])
    func database(_ owner: uid_t, _ mode: mode_t, _ folder: mode_t, _ isUsed: Bool) {
        let folder = file(1000, folder, group: 2000, type: S_IFDIR)
        let objection = FileRule(user: Self.server).objection(toDatabase: "db", file(owner, mode, group: 2000), in: folder)
        #expect((objection == nil) == isUsed, "\(objection ?? "")")
    }

    @Test(
        "An audit log may be read by others, but not written",
        arguments: [
            (1000, 0o600, true), (1000, 0o640, true), (1000, 0o644, true), (1000, 0o660, false), (1000, 0o622, false), (1001, 0o600, false),
        ])
    func auditLog(_ owner: uid_t, _ mode: mode_t, _ isUsed: Bool) {
        #expect((FileRule(user: Self.server).objection(toAppendedFile: "log", named: "the audit log", file(owner, mode)) == nil) == isUsed)
    }

    @Test("The error for a file names the command that fixes it")
    func advice() {
        let rule = FileRule(user: Self.server)
        #expect(rule.objection(toPrivateFile: "kek", file(1000, 0o644))?.contains("run 'chmod 600 kek'") == true)
        #expect(rule.objection(toPrivateFile: "kek", file(7, 0o600))?.contains("'chown -R 1000 kek'") == true)
        #expect(rule.objection(toDataDirectory: "data", file(1000, 0o755, type: S_IFDIR))?.contains("run 'chmod 700 data'") == true)
        #expect(rule.objection(toDataDirectory: "data", file(1000, 0o2775, type: S_IFDIR))?.contains("run 'chmod o= data'") == true)
        #expect(rule.objection(toDataDirectory: "data", file(0, 0o777, group: 0, type: S_IFDIR))?.contains("'chmod go-w data'") == true)
        #expect(
            rule.objection(toFolder: "srv", file(0, 0o777, group: 7, type: S_IFDIR), above: nil)?.contains("run 'chmod go-w srv'") == true)
        #expect(rule.objection(toDatabase: "db", file(1000, 0o644), in: file(1000, 0o700))?.contains("run 'chmod 600 db'") == true)
    }
}

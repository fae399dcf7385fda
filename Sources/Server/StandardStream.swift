import NIOCore
import NIOPosix
import SystemPackage

/// A standard stream of the process, written without buffering, because a reader behind a pipe may wait for each line.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    func write(_ text: String) {
        _ = try? FileDescriptor(rawValue: rawValue).writeAll(text.utf8)
    }
}

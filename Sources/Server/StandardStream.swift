import Glibc

/// A stream of the process, written to at once: whoever waits for a line may be behind a pipe.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = Glibc.write(rawValue, $0.baseAddress, $0.count) }
    }
}

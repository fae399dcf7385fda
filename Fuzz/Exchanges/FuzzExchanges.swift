import FoundationEssentials
import Glibc

/// Runs exchanges with a hostile registry through the server's registry client.
@main
struct FuzzExchanges {
    static func main() async throws {
        guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
            Console.complain(Options.usage)
            exit(64)
        }
        switch options.mode {
        case .supervise(let seconds): exit(try Supervisor(options, seconds: seconds).run())
        case .run(let first, let count, let seconds):
            let mutator = Mutator(try Corpus(folder: options.corpus), seed: options.seed)
            let inputs = Inputs(first: first, count: count, seconds: seconds) { mutator.input($0) }
            try await Runner(slots: options.slots, found: options.found).run(inputs)
        case .again(let file):
            let input = [UInt8](try Data(contentsOf: URL(filePath: file)))
            try await Runner(slots: 1, found: nil).run(Inputs(first: 0, count: options.times, seconds: 3600) { _ in input })
        }
    }
}

/// Output for people, and from a child process to the supervisor.
enum Console {
    static func say(_ text: String) { write(text, to: STDOUT_FILENO) }

    static func complain(_ text: String) { write(text, to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: CInt) {
        let bytes = Array("\(text)\n".utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
}

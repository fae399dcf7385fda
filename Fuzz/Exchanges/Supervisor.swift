import FoundationEssentials
import Glibc

/// Runs ranges of inputs in child processes, and finds the input that crashed one.
struct Supervisor {
    private let options: Options
    private let seconds: Int
    private let start = ContinuousClock.now

    /// A new process for each range bounds leaks and other accumulated state.
    private static let rangeLength = 50_000
    private static let suspects = 128

    init(_ options: Options, seconds: Int) throws {
        self.options = options
        self.seconds = seconds
        try FileManager.default.createDirectory(
            atPath: "\(options.found)/\(Runner.runningFolder)", withIntermediateDirectories: true)
    }

    /// - Returns: the exit status.
    func run() throws -> CInt {
        var (first, inputs, responses) = (0, 0, 0)
        var failures: Set<String> = []
        while remaining > 0 {
            try? FileManager.default.removeItem(atPath: failed)
            let end = try child(first).run()
            let counts = text(of: "\(options.found)/count").split(separator: " ").compactMap { Int($0) }
            if end == .exited(0) {
                guard counts.count == 2, counts[0] > 0 else { break }
                (first, inputs, responses) = (first + counts[0], inputs + counts[0], responses + counts[1])
                continue
            }
            let failure = try report(end, isKnown: failures.contains)
            failures.insert(failure)
            guard options.goesOn else { return 1 }
            // The number of completed inputs is unknown.
            first += 5_000
        }
        let name = "Exchanges".padding(to: 21)
        Console.say("\(name) \("\(inputs)".padding(to: 9, atStart: true)) inputs in \(elapsed) s, \(responses) responses")
        return failures.isEmpty ? 0 : 1
    }

    private var elapsed: Int { Int((ContinuousClock.now - start).components.seconds) }
    private var remaining: Int { seconds - elapsed }
    private var log: String { "\(options.found)/log" }
    private var failed: String { "\(options.found)/\(Runner.failedFile)" }

    private func child(_ first: Int) -> Child {
        Child(
            [
                "--child", "\(first)", "\(Self.rangeLength)", "\(remaining)", options.corpus, options.found, "--seed", "\(options.seed)",
                "--slots", "\(options.slots)",
            ], output: "\(options.found)/count", errors: log)
    }

    /// - Returns: the message of the failure, which identifies it.
    private func report(_ end: Child.End, isKnown: (String) -> Bool) throws -> String {
        let message = message(in: log, end)
        let failure = withoutDigits(message)
        guard !isKnown(failure) else { return failure }
        guard let input = FileManager.default.fileExists(atPath: failed) ? failed : culprit(failure) else {
            Console.complain("Exchanges failed: \(message)\nNo input in \(options.found)/\(Runner.runningFolder) fails so by itself.\n")
            return failure
        }
        let kept = "\(options.found)/crash-\(failure.utf8.reduce(5381) { ($0 &* 33 &+ UInt32($1)) })"
        try? FileManager.default.removeItem(atPath: kept)
        try FileManager.default.copyItem(atPath: input, toPath: kept)
        let again = "SWIFT_BACKTRACE=enable=yes \(CommandLine.arguments[0]) --again \(kept)"
        Console.complain("Exchanges failed: \(message)\n\n\(text(of: kept))\n\nAgain: \(again)\n")
        return failure
    }

    /// The input that reproduces the message in a process of its own; nil if none does.
    private func culprit(_ failure: String) -> String? {
        let folder = "\(options.found)/\(Runner.runningFolder)"
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted().prefix(Self.suspects)
        let output = "\(options.found)/again"
        return files.map { "\(folder)/\($0)" }.first { file in
            let child = Child(["--again", file, "--times", "60"], output: output, errors: output)
            guard let end = try? child.run(atMost: 20), end != .exited(0) else { return false }
            return withoutDigits(message(in: output, end)) == failure
        }
    }

    /// Sizes and statuses differ between repetitions of one failure.
    private func withoutDigits(_ message: String) -> String { message.filter { !$0.isNumber } }

    /// The first line of the output. Traps in release builds print nothing.
    private func message(in file: String, _ end: Child.End) -> String {
        let line = text(of: file).split(separator: "\n").first {
            !$0.hasPrefix("Current stack") && !$0.allSatisfy { $0.isNumber || $0 == " " }
        }
        return line.map(String.init) ?? "\(end)"
    }

    /// Other bytes than printable ASCII are escaped as in a corpus.
    private func text(of file: String) -> String {
        guard let data = try? Data(contentsOf: URL(filePath: file)) else { return "" }
        return data.prefix(8 << 10).map { byte in
            (0x20...0x7E).contains(byte) || byte == 0x0A
                ? String(UnicodeScalar(byte)) : "\\x" + "\(String(byte, radix: 16))".padding(to: 2, atStart: true, with: "0")
        }.joined().trimmed
    }
}

extension String {
    fileprivate func padding(to length: Int, atStart: Bool = false, with character: Character = " ") -> String {
        let padding = String(repeating: character, count: max(0, length - count))
        return atStart ? padding + self : self + padding
    }

    fileprivate var trimmed: String { hasSuffix("\n") ? String(dropLast()) : self }
}

import Commands
import Synchronization

/// A console with scripted input that records its output.
final class ScriptedConsole: Console {
    struct Record: Sendable {
        var output: [String] = []
        var errors: [String] = []
        /// Each text of the progress line.
        var shown: [String] = []
        /// The prompts; a prompt for hidden input ends in `*`.
        var prompts: [String] = []
        var answers: [String]
        var input: ArraySlice<UInt8>
    }

    let inputIsTerminal: Bool
    let errorIsTerminal: Bool
    private let state: Mutex<Record>

    /// A terminal at which these lines are typed, followed by Ctrl-D.
    init(typing answers: [String], errorIsTerminal: Bool = true) {
        inputIsTerminal = true
        self.errorIsTerminal = errorIsTerminal
        state = Mutex(Record(answers: answers, input: []))
    }

    /// Input from a file or a pipe.
    init(input: [UInt8] = [], errorIsTerminal: Bool = false) {
        inputIsTerminal = false
        self.errorIsTerminal = errorIsTerminal
        state = Mutex(Record(answers: [], input: input[...]))
    }

    var record: Record { state.withLock { $0 } }

    func write(_ line: String) { state.withLock { $0.output.append(line) } }
    func report(_ line: String) { state.withLock { $0.errors.append(line) } }
    func show(_ line: String) { state.withLock { $0.shown.append(line) } }

    func ask(_ prompt: String, hidden: Bool) -> String? {
        state.withLock { state in
            state.prompts.append(prompt + (hidden ? "*" : ""))
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
    }

    func readLine() -> String? {
        state.withLock { state in
            guard !state.input.isEmpty else { return nil }
            let line = state.input.prefix { $0 != UInt8(ascii: "\n") }
            state.input = state.input.dropFirst(line.count + 1)
            return String(decoding: line, as: UTF8.self)
        }
    }

    func readToEnd() -> [UInt8] {
        state.withLock { state in
            defer { state.input = [] }
            return Array(state.input)
        }
    }
}

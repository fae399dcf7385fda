/// The command line.
struct Options {
    enum Mode {
        /// `fuzz-exchanges SECONDS CORPUS FOUND`
        case supervise(seconds: Int)
        /// Started by the supervisor: `fuzz-exchanges --child FIRST COUNT SECONDS CORPUS FOUND`
        case run(first: Int, count: Int, seconds: Int)
        /// `fuzz-exchanges --again FILE`
        case again(file: String)
    }

    let mode: Mode
    var corpus = ""
    var found = ""
    var seed: UInt64 = 1
    /// The number of simultaneous exchanges.
    var slots = 32
    /// The number of repetitions for ``Mode/again(file:)``.
    var times = 100
    /// Whether to continue after a failure and report each distinct one.
    var goesOn = false

    static let usage = """
        usage: fuzz-exchanges SECONDS CORPUS FOUND [--seed N] [--slots N] [--all]
               fuzz-exchanges --again FILE [--times N]
        """

    init?(_ arguments: [String]) {
        var (words, values): ([String], [String: String]) = ([], [:])
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--seed", "--slots", "--times", "--again": values[word] = rest.popFirst()
            case "--all", "--child": values[word] = ""
            default: words.append(word)
            }
        }
        let numbers = words.map { Int($0) }
        if let file = values["--again"] {
            mode = .again(file: file)
        } else if values["--child"] != nil, words.count == 5, let first = numbers[0], let count = numbers[1], let seconds = numbers[2] {
            mode = .run(first: first, count: count, seconds: seconds)
        } else if words.count == 3, let seconds = numbers[0] {
            mode = .supervise(seconds: seconds)
        } else {
            return nil
        }
        if words.count >= 3 { (corpus, found) = (words[words.count - 2], words[words.count - 1]) }
        seed = values["--seed"].flatMap { UInt64($0) } ?? seed
        slots = values["--slots"].flatMap { Int($0) } ?? slots
        times = values["--times"].flatMap { Int($0) } ?? times
        goesOn = values["--all"] != nil
    }
}

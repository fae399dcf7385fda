/// Generates inputs: first the corpus itself, then random mutations of it.
struct Mutator: Sendable {
    private let corpus: Corpus
    private let seed: UInt64

    private static let inputLimit = 32 << 10

    init(_ corpus: Corpus, seed: UInt64) {
        self.corpus = corpus
        self.seed = seed
    }

    /// Deterministic: depends on the seed and the index only.
    func input(_ index: Int) -> [UInt8] {
        let all = corpus.all
        if index < all.count { return all[index] }
        var random = Random(seed: seed, index: index)
        var input = pick(&random)
        if random.isOne(in: 6) { input = splice(input, pick(&random), &random) }
        for _ in 0...random.below(random.isOne(in: 4) ? 16 : 3) { change(&input, &random) }
        return Array(input.prefix(Self.inputLimit))
    }

    private func pick(_ random: inout Random) -> [UInt8] {
        if !corpus.costly.isEmpty, random.isOne(in: 500) { return corpus.costly[random.below(corpus.costly.count)] }
        return corpus.quick[random.below(corpus.quick.count)]
    }

    /// Joins the first lines of one input and the last lines of another.
    private func splice(_ first: [UInt8], _ second: [UInt8], _ random: inout Random) -> [UInt8] {
        let (first, second) = (Lines(first), Lines(second))
        let (head, tail) = (random.below(first.all.count + 1), random.below(second.all.count + 1))
        return Lines(first.all.prefix(head) + second.all.dropFirst(tail)).joined
    }

    private func change(_ input: inout [UInt8], _ random: inout Random) {
        switch random.below(16) {
        case 0...2: changeByte(&input, &random)
        case 3...6: changeLine(&input, &random)
        case 7, 8: changeNumber(&input, &random)
        case 9, 10: insert(Tokens.directives, as: .line, &input, &random)
        case 11, 12: insert(Tokens.fields, as: .line, &input, &random)
        case 13: insert(Tokens.heads, as: .line, &input, &random)
        case 14: insert(Tokens.pieces, as: .bytes, &input, &random)
        default: shorten(&input, &random)
        }
    }

    private func changeByte(_ input: inout [UInt8], _ random: inout Random) {
        guard !input.isEmpty else { return }
        let place = random.below(input.count)
        switch random.below(5) {
        case 0: input[place] ^= 1 << UInt8(random.below(8))
        case 1: input[place] = UInt8(truncatingIfNeeded: random.next())
        case 2: input.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        case 3: input.remove(at: place)
        default: input.insert(input[place], at: place)
        }
    }

    private func changeLine(_ input: inout [UInt8], _ random: inout Random) {
        var lines = Lines(input)
        guard !lines.all.isEmpty else { return }
        let (place, other) = (random.below(lines.all.count), random.below(lines.all.count))
        switch random.below(4) {
        case 0: lines.all.remove(at: place)
        case 1: lines.all.insert(lines.all[place], at: other)
        case 2: lines.all.swapAt(place, other)
        default: lines.all.insert(contentsOf: lines.all[min(place, other)...max(place, other)], at: place)
        }
        input = lines.joined
    }

    private func changeNumber(_ input: inout [UInt8], _ random: inout Random) {
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let starts = input.indices.filter { isDigit(input[$0]) && ($0 == 0 || !isDigit(input[$0 - 1])) }
        guard !starts.isEmpty else { return }
        let start = starts[random.below(starts.count)]
        let end = input[start...].firstIndex { !isDigit($0) } ?? input.count
        input.replaceSubrange(start..<end, with: Tokens.numbers[random.below(Tokens.numbers.count)].utf8)
    }

    private enum Shape { case line, bytes }

    private func insert(_ words: [String], as shape: Shape, _ input: inout [UInt8], _ random: inout Random) {
        let word = Array(words[random.below(words.count)].utf8)
        switch shape {
        case .line:
            var lines = Lines(input)
            lines.all.insert(word[...], at: random.below(lines.all.count + 1))
            input = lines.joined
        case .bytes: input.insert(contentsOf: word, at: random.below(input.count + 1))
        }
    }

    private func shorten(_ input: inout [UInt8], _ random: inout Random) {
        if random.isOne(in: 2) {
            input = Array(input.prefix(random.below(input.count + 1)))
        } else if !input.isEmpty {
            let start = random.below(input.count)
            input.removeSubrange(start..<min(input.count, start + 1 + random.below(24)))
        }
    }
}

/// The lines of an input, without the line feeds between them.
private struct Lines {
    var all: [ArraySlice<UInt8>]

    init(_ input: [UInt8]) {
        all = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    init(_ lines: some Sequence<ArraySlice<UInt8>>) {
        all = Array(lines)
    }

    var joined: [UInt8] { Array(all.joined(separator: [UInt8(ascii: "\n")])) }
}

/// SplitMix64, a deterministic generator.
struct Random: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64, index: Int) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(truncatingIfNeeded: index) &* 0xD134_2543_DE82_EF95
        for _ in 0..<2 { _ = next() }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ limit: Int) -> Int { limit > 1 ? Int(next() % UInt64(limit)) : 0 }

    mutating func isOne(in count: Int) -> Bool { below(count) == 0 }
}

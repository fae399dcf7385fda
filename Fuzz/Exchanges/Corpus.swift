import FoundationEssentials

/// The seed exchanges: the sections of text files. A line that begins with `=== ` starts a section.
struct Corpus: Sendable {
    /// Exchanges that take milliseconds.
    let quick: [[UInt8]]
    /// Exchanges that send much data, or that last until a time limit of the client.
    let costly: [[UInt8]]

    var all: [[UInt8]] { quick + costly }

    init(folder: String) throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".txt") }.sorted()
        let inputs = try files.flatMap { Self.inputs(in: [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\($0)")))) }
        let areCostly = inputs.map { Exchange($0, authority: "").isCostly }
        quick = zip(inputs, areCostly).filter { !$0.1 }.map(\.0)
        costly = zip(inputs, areCostly).filter(\.1).map(\.0)
        guard !quick.isEmpty else { throw CocoaError(.fileReadNoSuchFile) }
    }

    private static func inputs(in file: [UInt8]) -> [[UInt8]] {
        var inputs: [[UInt8]] = []
        for line in file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            if line.starts(with: "=== ".utf8) {
                inputs.append([])
            } else if !inputs.isEmpty {
                inputs[inputs.count - 1] += line + [UInt8(ascii: "\n")]
            }
        }
        return inputs.map { Array($0.dropLast()) }
    }
}

/// Runs an operation for several names, one after the other. A failure is printed and does not stop the batch.
struct Batch {
    /// The output for a name if its operation succeeded.
    struct Success {
        var output: String
        /// Printed to standard error.
        var note: String?
        /// Whether the program exits with ``ExitStatus/unverified``, unless another name fails.
        var isUnverified = false
    }

    /// The present participle for the progress line, such as "registering".
    let doing: String
    let names: [String]
    let console: any Console

    private static let lineWidth = 78

    func run(_ body: (String) async throws -> Success) async throws {
        var failed = false
        var unverified = false
        for (index, name) in names.enumerated() {
            showProgress(index + 1, name)
            let outcome: Result<Success, any Error>
            do { outcome = .success(try await body(name)) } catch { outcome = .failure(error) }
            clearProgress()
            switch outcome {
            case .success(let success):
                unverified = unverified || success.isUnverified
                try console.write(success.output)
                if let note = success.note { console.report("\(name.withoutUserInfo): \(note)".printableLine) }
            case .failure(let error):
                failed = true
                console.report("\(name.withoutUserInfo): \(error)".printableLine)
            }
        }
        if failed { throw CommandFailure.reported }
        if unverified { throw CommandFailure.unverified }
    }

    private var showsProgress: Bool { names.count > 1 && console.errorIsTerminal }

    private func showProgress(_ number: Int, _ name: String) {
        guard showsProgress else { return }
        let line = "[\(number)/\(names.count)] \(doing) \(name.withoutUserInfo.printableLine) …"
        // A line that wraps cannot be rewritten in place.
        console.show(line.count > Self.lineWidth ? line.prefix(Self.lineWidth - 1) + "…" : line)
    }

    private func clearProgress() {
        if showsProgress { console.show("") }
    }
}

extension [String] {
    /// The sentences as one text; nil if there are none. A text of one sentence is unchanged.
    var sentences: String? {
        guard count > 1 else { return first }
        return map { $0.hasSuffix(".") ? $0 : "\($0)." }.joined(separator: " ")
    }
}

extension String {
    /// Without the user name and password of a URL that was given as a name, `https://user:password@registry.example/image`.
    var withoutUserInfo: String {
        guard let scheme = firstRange(of: "://"), let at = lastIndex(of: "@") else { return self }
        return self[..<scheme.upperBound] + "…" + self[at...]
    }
}

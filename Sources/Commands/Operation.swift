import ArgumentParser

/// A parsed command line that can be carried out.
protocol Operation: ParsableCommand {
    /// Does it; whatever is thrown is printed to standard error and ends the program with status 3.
    func run(in surroundings: Surroundings) async throws
}

/// Why an operation failed, in a sentence for a person.
struct OperationFailure: Error, CustomStringConvertible {
    let description: String
    /// Whether the person has read it already.
    let isReported: Bool

    init(_ description: String) {
        self.description = description
        isReported = false
    }

    private init() {
        description = "some of it failed"
        isReported = true
    }

    /// A failure that was printed where it happened.
    static let reported = OperationFailure()
}

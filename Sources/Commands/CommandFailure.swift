import ArgumentParser

/// The exit status of the program. A wrong command line is 64.
enum ExitStatus: Int32 {
    case success = 0
    case failure = 3
    /// Nothing failed, but a credential was stored without verification because its registry gave no usable response.
    case unverified = 4
}

/// The reason why a command failed, as a sentence for the user.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    /// Whether the failure was printed already.
    let isReported: Bool
    let status: ExitStatus

    init(_ description: String) {
        self.init(description, isReported: false, status: .failure)
    }

    private init(_ description: String, isReported: Bool, status: ExitStatus) {
        self.description = description
        self.isReported = isReported
        self.status = status
    }

    /// A failure that was printed where it happened.
    static let reported = CommandFailure("some of it failed", isReported: true, status: .failure)
    /// A missing verification that was printed where it happened.
    static let unverified = CommandFailure("some of it was not verified", isReported: true, status: .unverified)
}

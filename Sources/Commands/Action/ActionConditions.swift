import ArgumentParser
import DockerCloud
import FoundationEssentials

/// Which actions to list.
struct ActionConditions: ParsableArguments {
    @Option(help: "Only actions that went like this.")
    var state: StateChoice?

    @Option(help: ArgumentHelp("Only actions of this kind, as the list shows it: \"Repository Pull\".", valueName: "action"))
    var action: String?

    @Option(help: ArgumentHelp("Only actions on this repository.", valueName: "name"))
    var repository: String?

    @Option(help: ArgumentHelp("Only actions on this object, by its path on the server.", valueName: "uri"))
    var object: String?

    @Option(help: ArgumentHelp("Only actions of this account.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Only actions with this API key, by its identifier.", valueName: "id"))
    var key: String?

    @Option(
        help: ArgumentHelp("Only actions that began then or later: 2026-11-24, or 2026-11-24T06:10:02Z, in UTC.", valueName: "date"))
    var since: DateArgument?
}

extension ActionConditions {
    /// A state as it is written in a command line, or as the list shows it.
    enum StateChoice: String, ExpressibleByArgument, CaseIterable {
        case success, failed, unknown
        case inProgress = "in-progress"

        init?(argument: String) {
            self.init(rawValue: argument.lowercased().replacing(" ", with: "-"))
        }

        var state: Action.State {
            switch self {
            case .success: .success
            case .failed: .failed
            case .unknown: .unknown
            case .inProgress: .inProgress
            }
        }
    }

    /// A day, which stands for its beginning, or a second (RFC 3339).
    struct DateArgument: ExpressibleByArgument {
        let date: Date

        /// The parser takes what follows a date, and the 31st of every month: only what it writes again is one.
        init?(argument: String) {
            let day = Date.ISO8601FormatStyle().year().month().day()
            let styles = [day, Date.ISO8601FormatStyle()]
            let dates = styles.compactMap { style in
                (try? style.parse(argument)).flatMap { style.format($0) == argument ? $0 : nil }
            }
            guard let date = dates.first else { return nil }
            self.date = date
        }
    }
}

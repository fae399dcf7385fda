import ArgumentParser
import DockerCloud
import FoundationEssentials

/// The filters for a list of actions.
struct ActionConditions: ParsableArguments {
    @Option(help: "Only actions in this state.")
    var state: StateChoice?

    @Option(help: ArgumentHelp("Only actions of this kind, as shown in the list: \"Repository Pull\".", valueName: "action"))
    var action: String?

    @Option(help: ArgumentHelp("Only actions on this repository.", valueName: "name"))
    var repository: String?

    @Option(help: ArgumentHelp("Only actions on the object with this path on the server.", valueName: "uri"))
    var object: String?

    @Option(help: ArgumentHelp("Only actions of this account.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Only actions with the API key of this ID.", valueName: "id"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "Only actions that started at this time or later: 2026-11-24, or 2026-11-24T06:10:02Z, in UTC.", valueName: "date"))
    var since: DateArgument?
}

extension ActionConditions {
    /// A state, in the spelling of the command line or of the list.
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

    /// A day, which means 00:00:00 UTC on that day, or a time in seconds (RFC 3339).
    struct DateArgument: ExpressibleByArgument {
        let date: Date

        /// The parser accepts trailing text and nonexistent days such as June 31. Only an argument that formatting the result
        /// reproduces is a valid date.
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

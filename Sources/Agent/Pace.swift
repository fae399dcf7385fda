/// How often the agent looks and reports.
struct Pace: Hashable, Sendable {
    /// A look waits until there was no event for this long, …
    var quiet = Duration.milliseconds(100)
    /// … but not longer than this.
    var longestQuiet = Duration.milliseconds(500)
    /// The times between the looks after that. Docker Engine reports the end of a container before its list shows it.
    var rechecks = [Duration.milliseconds(700), .seconds(2), .seconds(5), .seconds(15)]
    /// The time between looks without events.
    var look = Duration.seconds(60)
    /// The same on a manager of a Swarm, which has no events of the tasks on other nodes.
    var swarmLook = Duration.seconds(15)
    /// The age up to which a look is reported.
    var freshness = Duration.seconds(80)
    /// The time between reports of unchanged services. It is shorter than the time after which the server closes an idle connection.
    var heartbeat = Duration.seconds(45)
    /// The time between reports with all services, and after which names of images are read again.
    var everything = Duration.seconds(300)
    /// While changes continue, the longest pause between reports with all services: at first, and after several reports. It is never
    /// longer than ten times the time that the last of them took.
    var firstReportPause = Duration.seconds(1)
    var longestReportPause = Duration.seconds(10)
    var engineBackoff = Backoff(first: .milliseconds(250), longest: .seconds(15))
    var serverBackoff = Backoff(first: .milliseconds(500), longest: .seconds(60))
    /// The time after a response that only an administrator can change.
    var refusal = Duration.seconds(60)
    /// The time after which an agent that was replaced tries again.
    var replaced = Duration.seconds(300)
}

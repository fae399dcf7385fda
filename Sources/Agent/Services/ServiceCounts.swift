import Wire

/// The containers of a service with one image, by what they do.
struct ServiceCounts: Hashable, Sendable {
    var running = 0
    var starting = 0
    /// Containers that were created and never started.
    var created = 0
    /// Containers that ended, and may start again.
    var ended = 0
    /// Containers that did their work or were replaced, such as those of completed jobs. They do not change the state of others.
    var finished = 0
    /// nil if it is not known.
    var target: Int?

    var all: Int { running + starting + created + ended + finished }

    var state: AgentReportBody.Service.State {
        if running > 0 { return running < max(all - finished, target ?? 0) ? .partlyRunning : .running }
        if starting > 0 { return .starting }
        return ended + finished == 0 && target != 0 ? .notRunning : .stopped
    }
}

extension ServiceCounts {
    /// Counts a container by the state that Docker Engine or Podman reports. Both list a paused container's processes.
    mutating func addContainer(_ state: String) {
        switch state {
        case "running", "paused": running += 1
        case "restarting": starting += 1
        case "created", "configured", "initialized": created += 1
        default: ended += 1
        }
    }

    /// Counts a Swarm task that has a container or will have one.
    /// https://docs.docker.com/engine/swarm/how-swarm-mode-works/swarm-task-states/
    mutating func addTask(_ state: String) {
        switch state {
        case "running": running += 1
        case "new", "pending", "assigned", "accepted", "preparing", "ready", "starting": starting += 1
        default: break
        }
    }
}

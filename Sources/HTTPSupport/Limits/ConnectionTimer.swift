import Logging
import NIOCore
import NIOSSL

/// Drives the state machine of one connection and closes the connection at its deadline. Runs on the connection's event loop.
final class ConnectionTimer {
    private(set) var state: ConnectionStateMachine
    let channel: any Channel
    private let logger: Logger
    private var timeout: (task: Scheduled<Void>, deadline: NIODeadline)?
    private var isStopped = false

    init(_ limits: ConnectionLimits, isTLS: Bool, channel: any Channel, logger: Logger) {
        state = ConnectionStateMachine(limits: limits, isTLS: isTLS, now: .now())
        self.channel = channel
        self.logger = logger
        schedule()
    }

    @discardableResult
    func note<Result>(_ event: (inout ConnectionStateMachine, NIODeadline) -> Result) -> Result {
        defer { schedule() }
        return event(&state, .now())
    }

    func stop() {
        isStopped = true
        timeout?.task.cancel()
        timeout = nil
    }

    /// A timer that fires too early is rescheduled. That is cheaper than a new timer for every part of a body.
    private func schedule() {
        guard !isStopped, let deadline = state.deadline else { return }
        if let timeout {
            guard deadline < timeout.deadline else { return }
            timeout.task.cancel()
        }
        let task = channel.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.fire() }
        timeout = (task, deadline)
    }

    private func fire() {
        timeout = nil
        guard let deadline = state.deadline, deadline <= .now() else { return schedule() }
        log("connection closed: deadline exceeded")
        closeAtOnce()
    }

    /// Closes the connection below TLS. A TLS shutdown would wait for the client.
    func closeAtOnce() {
        let tls = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        if let tls { tls.close(promise: nil) } else { channel.close(promise: nil) }
    }

    func log(_ event: Logger.Message, level: Logger.Level = .info) {
        let address = channel.remoteAddress?.ipAddress ?? "unknown"
        logger.log(level: level, event, metadata: ["client": "\(address)", "phase": "\(state.phase.name)"])
    }
}

extension ConnectionStateMachine.Phase {
    fileprivate var name: String {
        switch self {
        case .handshake: "handshake"
        case .waiting: "waiting"
        case .head: "head"
        case .body: "body"
        case .working: "working"
        case .draining: "draining"
        case .sending: "sending"
        case .discarding: "discarding"
        }
    }
}

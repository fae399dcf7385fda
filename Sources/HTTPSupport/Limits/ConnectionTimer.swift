import Logging
import NIOCore
import NIOSSL

/// Keeps the watch over one connection, and closes it when its time is up. Lives on the connection's event loop.
final class ConnectionTimer {
    private(set) var watch: ConnectionStateMachine
    let channel: any Channel
    private let logger: Logger
    private var alarm: (task: Scheduled<Void>, deadline: NIODeadline)?
    private var isStopped = false

    init(_ limits: ConnectionLimits, isTLS: Bool, channel: any Channel, logger: Logger) {
        watch = ConnectionStateMachine(limits: limits, isTLS: isTLS, now: .now())
        self.channel = channel
        self.logger = logger
        setAlarm()
    }

    @discardableResult
    func note<Result>(_ event: (inout ConnectionStateMachine, NIODeadline) -> Result) -> Result {
        defer { setAlarm() }
        return event(&watch, .now())
    }

    func stop() {
        isStopped = true
        alarm?.task.cancel()
        alarm = nil
    }

    /// An alarm that is too early asks again, which is cheaper than a new one for every piece of a body.
    private func setAlarm() {
        guard !isStopped, let deadline = watch.deadline else { return }
        if let alarm {
            guard deadline < alarm.deadline else { return }
            alarm.task.cancel()
        }
        let task = channel.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.ring() }
        alarm = (task, deadline)
    }

    private func ring() {
        alarm = nil
        guard let deadline = watch.deadline, deadline <= .now() else { return setAlarm() }
        log("connection closed: it took too long")
        cut()
    }

    /// Closes the connection below TLS, which would first wait for the client to agree.
    func cut() {
        let tls = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLServerHandler.self)
        if let tls { tls.close(promise: nil) } else { channel.close(promise: nil) }
    }

    func log(_ event: Logger.Message, level: Logger.Level = .info) {
        let address = channel.remoteAddress?.ipAddress ?? "unknown"
        logger.log(level: level, event, metadata: ["client": "\(address)", "phase": "\(watch.phase.name)"])
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

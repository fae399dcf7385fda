import CoreMetrics
import FoundationEssentials
import HTTPTypes
import Logging
import NIOCore
import Operations
import RegistryClient
import ServiceLifecycle

/// Posts events to the URL of `--webhook`, one after the other. The store has what happened, so that few events are in memory, however long
/// the receiver fails. The place up to which they were posted is in memory only.
struct Webhook: ServiceLifecycle.Service {
    let backend: Backend
    let logger: Logger
    let sender: DocumentSender
    let signature: WebhookSignature
    let counters: WebhookCounters
    /// The time between two queries for events.
    var pause = Duration.seconds(5)
    /// The maximum number of events of each kind in memory.
    var batch = 100
    /// The time limit of the receiver's response.
    var limit = TimeAmount.seconds(10)
    /// The times between the attempts to post one event.
    var delays: [Duration] = [.seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(1800)]

    private enum Outcome {
        case delivered
        /// - isFinal: whether another attempt would have the same outcome.
        case failed(String, isFinal: Bool)
    }

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var place: EventPlace?
            while !Task.isCancelled {
                place = await attempt(place) { place in
                    guard let place else { return try await backend.eventStart() }
                    let (events, next) = try await backend.events(after: place, limit: batch)
                    for event in events { try await deliver(event) }
                    return next
                }
                try await Task.sleep(for: pause)
            }
        }
    }

    /// - Returns: the new place; the old one after an error.
    private func attempt(_ place: EventPlace?, _ body: (EventPlace?) async throws -> EventPlace) async -> EventPlace? {
        do {
            return try await body(place)
        } catch is CancellationError {
            // The server is stopping.
        } catch {
            logger.error("cannot read the events for the webhook", metadata: ["error": "\(error)"])
        }
        return place
    }

    /// Throws only if the task is cancelled.
    private func deliver(_ event: ServerEvent) async throws {
        let event = WebhookEvent(event, id: event.id, at: Date())
        guard let body = try? event.body() else { return }
        for attempt in 0... {
            let outcome = await post(body, of: event)
            try Task.checkCancellation()
            guard case .failed(let reason, let isFinal) = outcome else {
                counters.delivered.increment()
                logger.info("webhook event delivered", metadata: Self.metadata(event))
                return
            }
            var metadata = Self.metadata(event)
            metadata["reason"] = "\(reason)"
            guard !isFinal, attempt < delays.count else {
                counters.dropped.increment()
                logger.error("a webhook event was not delivered, and is not sent again", metadata: metadata)
                return
            }
            logger.notice("a webhook event was not delivered, and is sent again later", metadata: metadata)
            try await Task.sleep(for: delays[attempt])
        }
    }

    private static func metadata(_ event: WebhookEvent) -> Logger.Metadata {
        ["event": "\(event.id.uuidString.lowercased())", "type": "\(event.kind.rawValue)"]
    }

    private func post(_ body: [UInt8], of event: WebhookEvent) async -> Outcome {
        let timestamp = Int(Date().timeIntervalSince1970)
        var fields = HTTPFields()
        fields[.contentType] = "application/json"
        fields[.event] = event.kind.rawValue
        fields[.timestamp] = "\(timestamp)"
        fields[.signature] = signature.text(of: body, at: timestamp)
        do throws(TransportError) {
            let status = try await sender.post(body, fields, within: limit)
            switch status {
            case 200..<300: return .delivered
            // Redirects are not followed, and these statuses say that the request itself is wrong.
            case 300..<400, 400..<500: return .failed("\(sender.host) responded with \(status)", isFinal: !Self.temporary.contains(status))
            default: return .failed("\(sender.host) responded with \(status)", isFinal: false)
            }
        } catch {
            return .failed(sender.text(of: error), isFinal: false)
        }
    }

    /// Request Timeout, Too Early and Too Many Requests (https://www.rfc-editor.org/rfc/rfc9110#section-15.5).
    private static let temporary: Set = [408, 425, 429]
}

/// The metric of webhook events. The counters are created once, because creating one takes a lock.
struct WebhookCounters: Sendable {
    let delivered: Counter
    let dropped: Counter

    private static let name = "lighterman_webhook_events_total"
    static let help = [name: "Events for the webhook, by whether they were delivered or dropped."]

    init(_ metrics: any MetricsFactory) {
        delivered = Counter(label: Self.name, dimensions: [("result", "delivered")], factory: metrics)
        dropped = Counter(label: Self.name, dimensions: [("result", "dropped")], factory: metrics)
    }
}

extension HTTPField.Name {
    fileprivate static let event = named("X-Lighterman-Event")
    fileprivate static let timestamp = named("X-Lighterman-Timestamp")
    fileprivate static let signature = named("X-Lighterman-Signature")

    private static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("a valid field name") }
        return name
    }
}

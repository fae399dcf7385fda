import FoundationEssentials

/// An event of an engine (https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents).
///
/// Events only say when to look: an event may be lost, and its attributes are not complete.
struct EngineEvent: Hashable, Sendable, Decodable {
    var type: String?
    var action: String?

    enum CodingKeys: String, CodingKey {
        case type = "Type"
        case action = "Action"
    }

    /// The part of an engine's state that an event may have changed.
    enum Change: Hashable, Sendable {
        case containers
        /// The names of images may have changed, and with them those of containers.
        case images
    }

    /// nil for an event that changes no service. A line that is no event may be one of a later version.
    static func change(_ line: [UInt8]) -> Change? {
        guard let event = try? JSONDecoder().decode(EngineEvent.self, from: Data(line)) else { return .containers }
        return event.change
    }

    private var change: Change? {
        switch type {
        case "image": .images
        case "container": isCommand ? nil : .containers
        case "service", "node", "pod", nil: .containers
        default: nil
        }
    }

    /// Whether somebody ran a command in a container or looked at it, as health checks do every few seconds.
    private var isCommand: Bool {
        let action = action ?? ""
        return action.hasPrefix("exec") || ["attach", "copy", "export", "resize", "top", "archive-path"].contains(action)
    }
}

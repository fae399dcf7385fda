import Foundation
import Synchronization

/// The API of an engine, with containers of the test.
final class FakeEngine: Sendable {
    struct State {
        var containers: [String] = []
        /// Responses in place of the regular ones, by the beginning of the target.
        var replies: [String: StreamServer.Reply] = [:]
        var services: String?
        /// The state of the node in its Swarm; nil if the engine does not report it.
        var swarmState: String?
        var tasks = "[]"
        var images: [String: String] = [:]
    }

    let state = Mutex(State())
    let path = "/tmp/lighterman-engine-\(UUID().uuidString.lowercased().prefix(8))"

    func run<Value>(_ body: (StreamServer) async throws -> Value) async throws -> Value {
        try await StreamServer.run(at: .socket(path), { self.reply(to: $0) }, body)
    }

    func set(_ containers: String...) { state.withLock { $0.containers = containers } }
    func replace(_ target: String, with reply: StreamServer.Reply?) { state.withLock { $0.replies[target] = reply } }

    static func container(_ name: String, image: String = "registry.local/team/app:v1", state: String = "running") -> String {
        #"{"Id":"\#(name)","Names":["/\#(name)"],"Image":"\#(image)","ImageID":"sha256:1","Created":1796030400,"Labels":null,"#
            + #""State":"\#(state)","Status":"Up","NetworkSettings":{"Networks":null},"Mounts":[]}"#
    }

    static let event = #"{"Type":"container","Action":"start","Actor":{"ID":"1","Attributes":{}}}"#

    private func reply(to request: StreamServer.Request) -> StreamServer.Reply {
        state.withLock { state in
            if let other = state.replies.first(where: { request.target.hasPrefix($0.key) }) { return other.value }
            switch request.target {
            case "/version": return .ok(#"{"Version":"20.10.24","Components":[{"Name":"Engine"}]}"#)
            case "/info":
                let nodeState = state.swarmState.map { #""LocalNodeState":"\#($0)","# } ?? ""
                return .ok(#"{"ID":"HXT6","Swarm":{\#(nodeState)"ControlAvailable":\#(state.services != nil)}}"#)
            case "/containers/json?all=1": return .ok("[\(state.containers.joined(separator: ","))]")
            case "/services": return .ok(state.services ?? "[]")
            case "/tasks": return .ok(state.tasks)
            case "/events": return .stream([])
            default:
                let id = request.target.dropFirst("/images/".count).dropLast("/json".count).replacing("%3A", with: ":")
                return state.images[String(id)].map { .ok($0) } ?? .response(status: 404, body: #"{"message":"No such image"}"#)
            }
        }
    }
}

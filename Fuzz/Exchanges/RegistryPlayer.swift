import Glibc

/// The connections of a ``HostileRegistry``; used by its thread only.
struct RegistryPlayer {
    private struct Connection {
        var reader = RequestReader()
        var isAnswered = false
    }

    private let listener: CInt
    private let wake: CInt
    private var connections: [CInt: Connection] = [:]
    private var responses: ArraySlice<Response> = []
    private var isPlaying = false
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    /// In milliseconds: connections are closed after this time without traffic. Waiting for the client's own time limits, which are ten times
    /// longer, would take most of the time.
    private static let patience = 40
    private static let pause = 4
    private static let writePatience = 200

    init(listener: CInt, wake: CInt) {
        self.listener = listener
        self.wake = wake
    }

    mutating func begin(_ exchange: Exchange) {
        if exchange.isFresh { closeAll() }
        responses = exchange.responses[...]
        isPlaying = true
    }

    /// Plays the first response on an idle connection, if it needs no request.
    mutating func playUnasked() {
        if let idle = connections.keys.first { playUnasked(on: idle) }
    }

    mutating func rest() {
        closeAll()
        responses = []
        isPlaying = false
    }

    /// Waits for traffic and handles it.
    ///
    /// - Returns: whether there is an order; nothing was handled then.
    mutating func serve() -> Bool {
        let patience = isPlaying && !connections.isEmpty ? Self.patience : -1
        let ready = Sockets.wait(for: [wake, listener] + connections.keys, milliseconds: patience)
        if ready.contains(wake) { return true }
        if ready.isEmpty { closeAll() }
        if ready.contains(listener), let descriptor = Sockets.accept(on: listener) {
            connections[descriptor] = Connection()
            playUnasked(on: descriptor)
        }
        for descriptor in ready where connections[descriptor] != nil { receive(on: descriptor) }
        return false
    }

    private mutating func receive(on descriptor: CInt) {
        guard let bytes = Sockets.receive(on: descriptor, into: &buffer) else { return drop(descriptor) }
        connections[descriptor]?.reader.feed(bytes)
        while let connection = connections[descriptor], connection.reader.hasHead {
            if !connection.isAnswered {
                guard connection.reader.isComplete || responses.first?.moment != .body else { return }
                connections[descriptor]?.isAnswered = true
                play(responses.popFirst() ?? HostileRegistry.goodResponse, on: descriptor)
                playUnasked(on: descriptor)
            } else if connection.reader.isComplete {
                connections[descriptor]?.reader.beginNext()
                connections[descriptor]?.isAnswered = false
            } else {
                return
            }
        }
    }

    private mutating func playUnasked(on descriptor: CInt) {
        while connections[descriptor] != nil, responses.first?.moment == .once, let response = responses.popFirst() {
            play(response, on: descriptor)
        }
    }

    private mutating func play(_ response: Response, on descriptor: CInt) {
        for action in response.actions where connections[descriptor] != nil {
            switch action {
            case .send(let bytes):
                send(bytes, on: descriptor)
                // Most of the time the client then reads the next part separately.
                usleep(100)
            case .pause: _ = Sockets.wait(for: [wake], milliseconds: Self.pause)
            case .hold: _ = Sockets.wait(for: [wake], milliseconds: -1)
            case .read: readRequest(on: descriptor)
            case .finish: Sockets.finish(descriptor)
            case .close: drop(descriptor)
            case .reset:
                connections[descriptor] = nil
                Sockets.reset(descriptor)
            }
        }
    }

    private mutating func send(_ bytes: [UInt8], on descriptor: CInt) {
        var rest = bytes[...]
        while !rest.isEmpty {
            guard let count = Sockets.send(rest, on: descriptor) else { return drop(descriptor) }
            rest = rest.dropFirst(count)
            guard !rest.isEmpty else { return }
            let ready = Sockets.wait(for: [wake], writing: descriptor, milliseconds: Self.writePatience)
            guard ready == [descriptor] else { return drop(descriptor) }
        }
    }

    private mutating func readRequest(on descriptor: CInt) {
        while let connection = connections[descriptor], !connection.reader.isComplete {
            let ready = Sockets.wait(for: [wake, descriptor], milliseconds: Self.patience)
            guard ready == [descriptor], let bytes = Sockets.receive(on: descriptor, into: &buffer) else { return }
            connections[descriptor]?.reader.feed(bytes)
        }
    }

    private mutating func drop(_ descriptor: CInt) {
        connections[descriptor] = nil
        close(descriptor)
    }

    /// Waits until the client has closed its side. Otherwise it might send the next request on a closed connection.
    private mutating func closeAll() {
        for descriptor in connections.keys {
            Sockets.finish(descriptor)
            for _ in 0..<100 {
                guard Sockets.wait(for: [descriptor], milliseconds: Self.patience) == [descriptor],
                    Sockets.receive(on: descriptor, into: &buffer) != nil
                else { break }
            }
            close(descriptor)
        }
        connections = [:]
    }
}

import Glibc
import Synchronization

/// A registry on loopback that plays the responses of an ``Exchange``, on its own thread.
///
/// It responds to all other requests with ``goodResponse``.
final class HostileRegistry: Sendable {
    private enum Order {
        case play(Exchange)
        /// Closes all connections and responds with ``HostileRegistry/goodResponse`` from now on.
        case rest
    }

    let port: Int
    private let listener: CInt
    private let wake: (reading: CInt, writing: CInt)
    private let order = Mutex<(Order, CheckedContinuation<Void, Never>)?>(nil)

    /// Valid as the response of a token realm, too.
    static let goodBody = #"{"token":"t"}"#
    static let goodResponse = Response(actions: [.send(Array("HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n\(goodBody)".utf8))])

    init() throws {
        (listener, port) = try Sockets.listen()
        wake = try Sockets.pipe()
    }

    var authority: String { "127.0.0.1:\(port)" }

    func play(_ exchange: Exchange) async { await obey(.play(exchange)) }

    func rest() async { await obey(.rest) }

    private func obey(_ next: Order) async {
        await withCheckedContinuation { done in
            order.withLock { $0 = (next, done) }
            write(wake.writing, [0], 1)
        }
    }

    /// Never returns.
    func run() {
        var player = RegistryPlayer(listener: listener, wake: wake.reading)
        while true {
            guard player.serve() else { continue }
            var byte: UInt8 = 0
            read(wake.reading, &byte, 1)
            let next = order.withLock { state in
                defer { state = nil }
                return state
            }
            switch next?.0 {
            case .play(let exchange): player.begin(exchange)
            case .rest: player.rest()
            case nil: break
            }
            // The next step may last until the next order.
            next?.1.resume()
            player.playUnasked()
        }
    }
}

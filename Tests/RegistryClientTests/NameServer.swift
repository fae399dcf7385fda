import Domain
import NIOCore
import NIOPosix
import Synchronization

/// A name server on port 53 of 127.0.0.1 with scripted responses (https://www.rfc-editor.org/rfc/rfc1035#section-4). Needs a network
/// namespace of its own.
final class NameServer: Sendable {
    enum Answer: Sendable {
        case addresses([String])
        /// NXDOMAIN.
        case unknown
        /// SERVFAIL.
        case failure
        case silence
        /// No address of one family, and an error code, or no response, for the other family.
        case half(isIPv4: Bool, code: UInt8?)
    }

    private struct State {
        var answers: [String: [Answer]] = [:]
        var lookups: [String: Int] = [:]
    }

    private let state = Mutex(State())

    static func run<Value>(_ body: (NameServer) async throws -> Value) async throws -> Value {
        let server = NameServer()
        let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Responder(server)) }
            }
            .bind(host: "127.0.0.1", port: 53).get()
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await channel.close()
        return try result.get()
    }

    /// Responds to look-ups of a name in this order, and to all later ones with the last response.
    func answer(_ name: String, _ answers: Answer...) {
        state.withLock { $0.answers[name] = answers }
    }

    /// The number of look-ups of a name; each one requests IPv4 and IPv6 addresses.
    func lookups(of name: String) -> Int {
        state.withLock { $0.lookups[name] ?? 0 }
    }

    fileprivate func answer(to question: NameQuestion) -> Answer {
        state.withLock { state in
            // The system requests both families before it waits, IPv4 first.
            if question.isIPv4 { state.lookups[question.name, default: 0] += 1 }
            let index = (state.lookups[question.name] ?? 1) - 1
            guard let answers = state.answers[question.name], let last = answers.last else { return .unknown }
            return answers.indices.contains(index) ? answers[index] : last
        }
    }

    private final class Responder: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>

        private let server: NameServer

        init(_ server: NameServer) {
            self.server = server
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            guard let question = NameQuestion(Array(envelope.data.readableBytesView)),
                let reply = question.reply(server.answer(to: question))
            else { return }
            context.writeAndFlush(
                wrapOutboundOut(AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: reply))), promise: nil)
        }
    }
}

/// The question of a DNS message.
private struct NameQuestion {
    let name: String
    let isIPv4: Bool
    private let id: ArraySlice<UInt8>
    private let bytes: ArraySlice<UInt8>

    init?(_ message: [UInt8]) {
        var labels: [String] = []
        var index = 12
        while index < message.count, message[index] > 0 {
            let end = index + 1 + Int(message[index])
            guard end < message.count else { return nil }
            labels.append(String(decoding: message[(index + 1)..<end], as: UTF8.self))
            index = end
        }
        guard index + 5 <= message.count else { return nil }
        name = labels.joined(separator: ".").lowercased()
        isIPv4 = message[index + 2] == 1
        id = message[..<2]
        bytes = message[12..<(index + 5)]
    }

    func reply(_ answer: NameServer.Answer) -> [UInt8]? {
        switch answer {
        case .silence: nil
        case .unknown: message(code: 3, [])
        case .failure: message(code: 2, [])
        case .half(let isFailingIPv4, let code):
            isIPv4 == isFailingIPv4 ? code.map { message(code: $0, []) } : message(code: 0, [])
        case .addresses(let texts):
            message(code: 0, texts.compactMap(Self.bytes).filter { $0.count == (isIPv4 ? 4 : 16) })
        }
    }

    private func message(code: UInt8, _ addresses: [[UInt8]]) -> [UInt8] {
        let counts: [UInt8] = [0, 1, 0, UInt8(addresses.count), 0, 0, 0, 0]
        var message: [UInt8] = id + [0x84, 0x80 | code]
        message += counts
        message += bytes
        for address in addresses {
            // A pointer to the name, type, class, a time to live of zero, length.
            message += [0xC0, 12, 0, isIPv4 ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, UInt8(address.count)]
            message += address
        }
        return message
    }

    /// An IPv4-mapped address stays an IPv6 address here.
    private static func bytes(_ text: String) -> [UInt8]? {
        guard let address = IPAddress(text) else { return nil }
        let isMapped = text.contains(":") && address.bytes.count == 4
        return isMapped ? [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + address.bytes : address.bytes
    }
}

import NIOCore
import RegistryClient

/// A request body that is forwarded part by part.
struct SentParts: Sendable {
    private let call: Call

    private static let partSize = 16 << 10

    struct BreaksOff: Error {}

    init(of call: Call) {
        self.call = call
    }

    static func part(_ size: Int) -> ByteBuffer { ByteBuffer(bytes: [UInt8](repeating: UInt8(ascii: "x"), count: size)) }

    var body: UpstreamRequest.Body {
        .forwarded(
            ForwardedBody(length: call.sending == .unknown ? nil : Int64(call.size)) { body in
                Task { await write(to: body) }
            })
    }

    private func write(to body: ForwardedBody) async {
        var remaining = call.size
        while remaining > 0 {
            if call.sending == .dripping { try? await Task.sleep(for: .milliseconds(1)) }
            if call.sending == .broken, remaining <= call.size / 2 { return body.fail(BreaksOff()) }
            let size = min(remaining, Self.partSize)
            remaining -= size
            guard await body.write(Self.part(size)) else { return }
        }
        body.finish()
    }
}

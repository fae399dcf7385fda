import Domain
import NIOCore
import NIOSSL

/// Looks at who is at the other end of a new connection, before anything of HTTP is sent on it.
struct PeerCheck: Sendable {
    let destination: Destination

    /// Answers at once: the library must not hear that a connection is gone before it hears that it failed.
    func run(on channel: any Channel) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            do throws(TransportError) {
                try checkAddress(of: channel)
                try checkName(of: channel)
            } catch {
                channel.eventLoop.execute { channel.close(promise: nil) }
                throw error
            }
        }
    }

    private func checkAddress(of channel: any Channel) throws(TransportError) {
        // A proxy has chosen the address.
        guard let address = destination.address else { return }
        let peer = channel.remoteAddress
        guard let peer, IPAddress(peer) == address.address, peer.port == destination.port else {
            throw .forbidden("the connection went to another address than was checked")
        }
    }

    /// The TLS library takes a certificate for the address that the connection goes to as well, which everybody may have for
    /// an address of his: whoever forges an answer of a name server would be the registry.
    private func checkName(of channel: any Channel) throws(TransportError) {
        guard destination.isTLS, IPAddress(destination.host) == nil else { return }
        let certificate = try? channel.pipeline.syncOperations.nioSSL_peerCertificate()
        let names = certificate?._subjectAlternativeNames().filter { $0.nameType == .dnsName } ?? []
        guard names.contains(where: { isName(String(decoding: $0.contents, as: UTF8.self)) }) else {
            throw .untrusted("the certificate is not for this host")
        }
    }

    /// https://www.rfc-editor.org/rfc/rfc9525#section-6.3: an asterisk is a whole label, and the first one.
    private func isName(_ name: String) -> Bool {
        let (own, name) = (destination.host.split(separator: "."), name.lowercased().split(separator: "."))
        return own == name || (name.first == "*" && name.count > 2 && own.count == name.count && own.dropFirst() == name.dropFirst())
    }
}

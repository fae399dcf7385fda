package import Hummingbird
import NIOCore

/// What comes along with a request from the connection that it arrived on.
package struct Context: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The address of the other end of the connection; nil where the transport has none.
    package let peer: String?
    let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        peer = source.channel.remoteAddress?.ipAddress
        channel = source.channel
    }
}

import Domain
import Glibc

/// One look-up, which blocks its thread.
enum SystemLookup {
    /// `EAI_NODATA` and `EAI_ADDRFAMILY` of `netdb.h`, which are not visible from here.
    private static let noData: CInt = -5
    private static let wrongFamily: CInt = -9

    static func addresses(of host: String) throws(TransportError) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        // Each address would come once for each kind of socket otherwise.
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        switch status {
        case 0: return Array(sequence(first: list, next: { $0?.pointee.ai_next }).compactMap { $0.flatMap { address($0.pointee) } })
        case EAI_NONAME, noData, wrongFamily: return []
        default: throw .connection("the host name could not be looked up")
        }
    }

    /// Behind the family, `sockaddr_in` has the port, and `sockaddr_in6` also the flow information
    /// (https://www.rfc-editor.org/rfc/rfc3493#section-3.3).
    private static func address(_ entry: addrinfo) -> IPAddress? {
        let name = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
        switch entry.ai_family {
        case AF_INET: return IPAddress(bytes: name.dropFirst(4).prefix(4))
        case AF_INET6: return IPAddress(bytes: name.dropFirst(8).prefix(16))
        default: return nil
        }
    }
}

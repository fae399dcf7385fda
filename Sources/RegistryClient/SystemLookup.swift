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

    private static func address(_ entry: addrinfo) -> IPAddress? {
        switch entry.ai_family {
        case AF_INET: bytes(of: entry.ai_addr, as: sockaddr_in.self) { withUnsafeBytes(of: $0.sin_addr, Array.init) }
        case AF_INET6: bytes(of: entry.ai_addr, as: sockaddr_in6.self) { withUnsafeBytes(of: $0.sin6_addr, Array.init) }
        default: nil
        }
    }

    private static func bytes<Name>(
        of name: UnsafeMutablePointer<sockaddr>?, as type: Name.Type, _ bytes: (Name) -> [UInt8]
    ) -> IPAddress? {
        name.flatMap { name in IPAddress(bytes: name.withMemoryRebound(to: type, capacity: 1) { bytes($0.pointee) }) }
    }
}

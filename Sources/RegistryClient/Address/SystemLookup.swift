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
        case EAI_NONAME, noData, wrongFamily:
            guard hasNoAddress(host, AF_INET), hasNoAddress(host, AF_INET6) else {
                throw .connection("the host name could not be looked up")
            }
            return []
        default: throw .connection("the host name could not be looked up")
        }
    }

    /// Whether the name server says that there is no such name, or that it has no address of this kind. `getaddrinfo` says the same where
    /// the response for one kind is empty and the one for the other is an error.
    private static func hasNoAddress(_ host: String, _ family: CInt) -> Bool {
        var entry = hostent()
        var found: UnsafeMutablePointer<hostent>?
        var failure: CInt = 0
        // Enough for every answer: one that does not fit shows that there are addresses.
        var buffer = [CChar](repeating: 0, count: 8 << 10)
        let status = gethostbyname2_r(host, family, &entry, &buffer, buffer.count, &found, &failure)
        return status != ERANGE && found == nil && (failure == HOST_NOT_FOUND || failure == NO_DATA)
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

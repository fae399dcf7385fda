/// The host of a registry: a DNS name (RFC 1123, section 2.1) or an IPv4 address in four decimal parts.
///
/// A host is checked here, byte by byte, before any URL type sees it. Those decode percent signs, fold Unicode digits and
/// read `0x7f.1` as 127.0.0.1 (https://url.spec.whatwg.org/#ends-in-a-number-checker), so that a name could be checked as
/// one host and connected to as another.
enum HostGrammar {
    static let maximumLength = 253
    static let maximumLabelLength = 63

    static func check(_ host: [UInt8]) throws(NamingError) {
        guard host.first != UInt8(ascii: "[") else { throw NamingError(.ipv6) }
        guard host.count <= maximumLength else { throw NamingError(.tooLong) }
        let labels = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let last = labels.last, labels.allSatisfy(isLabel) else { throw NamingError(.host) }
        if looksNumeric(last), ipv4(host) == nil { throw NamingError(.numericHost) }
    }

    /// The four parts of an address in its one canonical spelling; nil for anything else.
    static func ipv4(_ host: some Collection<UInt8>) -> [UInt8]? {
        let parts = host.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let octets = parts.compactMap { decimal($0).flatMap(UInt8.init(exactly:)) }
        return parts.count == 4 && octets.count == 4 ? octets : nil
    }

    /// A decimal number without sign and leading zeros.
    static func decimal(_ digits: some Collection<UInt8>) -> Int? {
        guard digits.count <= 9, digits.allSatisfy(\.isDigit), let value = Int(digits.asciiText) else { return nil }
        return digits.count > 1 && digits.first == UInt8(ascii: "0") ? nil : value
    }

    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        guard let first = label.first, let last = label.last, label.count <= maximumLabelLength else { return false }
        return first.isLowerAlphanumeric && last.isLowerAlphanumeric
            && label.allSatisfy { $0.isLowerAlphanumeric || $0 == UInt8(ascii: "-") }
    }

    private static func looksNumeric(_ label: ArraySlice<UInt8>) -> Bool {
        label.allSatisfy(\.isDigit)
            || (label.starts(with: "0x".utf8) && label.dropFirst(2).allSatisfy(\.isHexDigit))
    }
}

import Testing

/// A look-up, and the decision of the policy.
struct PolicyRow: Sendable, CustomTestStringConvertible {
    enum Expected: Sendable {
        case allowed
        /// With a reason that contains this text.
        case forbidden(String)
    }

    let addresses: [String]
    let expected: Expected
    let isApproved: Bool
    let allowed: [String]
    let authority: String
    let isTLS: Bool

    init(
        _ addresses: [String], _ expected: Expected, isApproved: Bool = false, allowed: [String] = [],
        authority: String = "registry.example", isTLS: Bool = true
    ) {
        self.addresses = addresses
        self.expected = expected
        self.isApproved = isApproved
        self.allowed = allowed
        self.authority = authority
        self.isTLS = isTLS
    }

    var testDescription: String {
        "\(authority) at \(addresses.joined(separator: ", ")), approved: \(isApproved), allowed: \(allowed.joined(separator: ", "))"
    }

    private static let trust = Expected.forbidden("docker-cloud registry trust registry.example")
    private static let never = Expected.forbidden("never connects there")
    private static let everything = ["0.0.0.0/0", "::/0", "registry.example:443"]

    static let all = publicOnes + privateOnes + allowedOnes + neverOnes

    private static let publicOnes = [
        PolicyRow(["8.8.8.8"], .allowed), PolicyRow(["8.8.8.8", "2606:4700::1"], .allowed), PolicyRow(["64:ff9b::8.8.8.8"], .allowed),
    ]

    private static let privateOnes = [
        PolicyRow(["10.0.0.1"], trust), PolicyRow(["8.8.8.8", "10.0.0.1"], trust), PolicyRow(["10.0.0.1", "8.8.8.8"], trust),
        PolicyRow(["fd12::1"], trust), PolicyRow(["64:ff9b::10.0.0.1"], trust), PolicyRow(["2002:a00:1::"], trust),
        PolicyRow(["127.0.0.1"], .forbidden("docker-cloud registry trust localhost:5000"), authority: "localhost:5000"),
        PolicyRow(["10.0.0.1"], .allowed, isApproved: true), PolicyRow(["::1", "127.0.0.1"], .allowed, isApproved: true),
        PolicyRow(["8.8.8.8", "10.0.0.1"], .allowed, isApproved: true),
    ]

    private static let allowedOnes = [
        PolicyRow(["10.0.0.1"], .allowed, allowed: ["registry.example:443"]),
        PolicyRow(["10.0.0.1"], .allowed, allowed: ["registry.example:80"], isTLS: false),
        PolicyRow(["10.0.0.1"], trust, allowed: ["registry.example:80"]),
        PolicyRow(["10.0.0.1"], trust, allowed: ["registry.example:5000", "other.example:443", "example:443"]),
        PolicyRow(["10.0.0.1"], .allowed, allowed: ["registry.example:5000"], authority: "registry.example:5000"),
        PolicyRow(["10.0.0.1", "10.9.9.9"], .allowed, allowed: ["10.0.0.0/8"]),
        PolicyRow(["10.0.0.1", "11.0.0.1"], .allowed, allowed: ["10.0.0.0/8"]),
        PolicyRow(["10.0.0.1", "192.168.0.1"], trust, allowed: ["10.0.0.0/8"]),
        PolicyRow(["10.0.0.1", "192.168.0.1"], .allowed, allowed: ["10.0.0.0/8", "192.168.0.0/16"]),
        PolicyRow(["64:ff9b::10.0.0.1"], .allowed, allowed: ["10.0.0.0/8"]),
        PolicyRow(["10.0.0.1"], trust, allowed: ["10.0.0.2"]),
        PolicyRow(["fd12::1"], .allowed, allowed: ["fc00::/7"]), PolicyRow(["10.0.0.1"], trust, allowed: ["::/0"]),
    ]

    private static let neverOnes =
        [
            "169.254.169.254", "fe80::1", "fd00:ec2::254", "0.0.0.0", "::", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1",
            "198.18.0.1", "2002:a9fe:a9fe::", "64:ff9b::a9fe:a9fe",
        ].flatMap { address in
            [
                PolicyRow([address], never),
                PolicyRow(["8.8.8.8", address], never, isApproved: true, allowed: everything),
                PolicyRow([address, "10.0.0.1"], never, isApproved: true, allowed: everything),
            ]
        }
}

package import ArgumentParser

/// The command-line options; nil for options that are not set.
package struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address and port to listen on; port 0 takes a free one. (default: 127.0.0.1:8080)", valueName: "host:port"))
    package var listen: String?

    @Option(help: ArgumentHelp("Data directory. (default: ./lighterman-data)", valueName: "directory"))
    package var data: String?

    @Option(help: ArgumentHelp("Name of the administrator that the first start creates. (default: admin)", valueName: "name"))
    package var admin: String?

    @Option(help: ArgumentHelp("File for the administrator's API key. (default: DATA.env)", valueName: "file"))
    package var adminEnv: String?

    @Option(help: ArgumentHelp("File with the key-encryption keys, newest first. (default: DATA.kek)", valueName: "file"))
    package var kekFile: String?

    @Option(
        help: ArgumentHelp(
            "File of revoked keys and disabled accounts, which are applied to restored backups, too. (default: DATA.revoked)",
            valueName: "file"))
    package var revocations: String?

    @Option(help: ArgumentHelp("URL at which clients reach the server.", valueName: "url"))
    package var publicUrl: String?

    @Option(help: ArgumentHelp("Certificate chain (PEM) for HTTPS.", valueName: "file"))
    package var tlsCertificate: String?

    @Option(help: ArgumentHelp("Private key (PEM) of the certificate.", valueName: "file"))
    package var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Network of a TLS-terminating proxy whose X-Forwarded-For is trusted; repeatable. Without --tls-certificate, other peers get "
                + "/healthz and /readyz only.", valueName: "cidr"))
    package var trustedProxy: [String] = []

    @Option(
        help: ArgumentHelp(
            "Registry on this machine or in a private network that all users may register, or a whole private network; repeatable.",
            valueName: "host:port|cidr"))
    package var allow: [String] = []

    @Option(
        help: ArgumentHelp(
            "HTTP proxy for connections to registries; it also resolves their names. (default: none)",
            valueName: "http://host:port"))
    package var egressProxy: String?

    @Option(
        help: ArgumentHelp(
            "Host, including its subdomains, or network to connect to without the proxy; repeatable.", valueName: "host|cidr"))
    package var noProxy: [String] = []

    @Option(help: ArgumentHelp("If a registry does not respond: 'store' or 'require'. 'skip' verifies on request only. (default: store)"))
    package var verify: String?

    @Flag(help: "Allow admins to delete manifests and blobs on registries through /v2/.")
    package var gatewayDelete = false

    @Flag(help: "Verify the digests of pulled blobs; clients verify them, too.")
    package var verifyBlobs = false

    @Option(
        help: ArgumentHelp(
            "If a registry redirects a blob download: 'stream' the blob, or 'redirect' the client. (default: stream)", valueName: "how"))
    package var blobs: String?

    @Option(
        help: ArgumentHelp(
            "Maximum of concurrent client connections; above it, idle ones are closed to make room. (default: 1024, or fewer if the file "
                + "descriptor limit requires it)", valueName: "number"))
    package var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "Seconds to wait for a registry's response after a client's request is complete. (default: 300)", valueName: "seconds"))
    package var upstreamTimeout: Int?

    @Option(help: ArgumentHelp("Seconds to wait for requests in progress after SIGTERM. (default: 15)", valueName: "seconds"))
    package var drainTimeout: Int?

    @Option(
        help: ArgumentHelp(
            "Organizations that one account may create, including removed ones, whose names are never reused. Server administrators have "
                + "no limit; with 0, only they can create organizations. (default: 10)", valueName: "number"))
    package var organizationLimit: Int?

    @Option(help: ArgumentHelp("Retention of the audit trail in days. (default: 400)", valueName: "days"))
    package var auditRetention: Int?

    @Option(
        help: ArgumentHelp(
            "Today's date (UTC), to confirm the clock after the log reports a jump, so that old actions are deleted again. "
                + "Without effect on other days.", valueName: "YYYY-MM-DD"))
    package var confirmClock: String?

    @Option(
        help: ArgumentHelp(
            "File to which the audit trail is also appended, one JSON action per line; it can be rotated at any time.",
            valueName: "file"))
    package var auditLog: String?

    @Option(
        help: ArgumentHelp(
            "Address and port to serve /metrics on without authentication: use one that only you can reach. (default: none)",
            valueName: "host:port"))
    package var metrics: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical. (default: info)", valueName: "level"))
    package var logLevel: String?

    @Option(help: ArgumentHelp("Format of the log on stderr: text or json. (default: text)", valueName: "format"))
    package var logFormat: String?

    @Option(help: ArgumentHelp("JSON file with settings, named like these options.", valueName: "file"))
    package var config: String?

    package init() {}
}

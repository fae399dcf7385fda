package import ArgumentParser

/// The options as they were typed; what is nil was not.
package struct ServeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Address and port to listen on; port 0 takes a free one. (default: 127.0.0.1:8080)", valueName: "host:port"))
    package var listen: String?

    @Option(help: ArgumentHelp("Directory of the data. (default: ./lighterman-data)", valueName: "directory"))
    package var data: String?

    @Option(help: ArgumentHelp("Name of the administrator that a first start makes. (default: admin)", valueName: "name"))
    package var admin: String?

    @Option(help: ArgumentHelp("File for the administrator's API key. (default: DATA.env)", valueName: "file"))
    package var adminEnv: String?

    @Option(help: ArgumentHelp("File with the key-encryption keys, newest first. (default: DATA.kek)", valueName: "file"))
    package var kekFile: String?

    @Option(
        help: ArgumentHelp(
            "File that revoked keys and disabled accounts are appended to, so that restored data does not revive them. (default: DATA.revoked)",
            valueName: "file"))
    package var revocations: String?

    @Option(help: ArgumentHelp("URL under which clients reach the server.", valueName: "url"))
    package var publicUrl: String?

    @Option(help: ArgumentHelp("Certificate chain (PEM) to serve https with.", valueName: "file"))
    package var tlsCertificate: String?

    @Option(help: ArgumentHelp("Private key (PEM) of the certificate.", valueName: "file"))
    package var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Network of a proxy that terminates TLS and whose X-Forwarded-For is believed; repeatable. Without --tls-certificate, other peers get "
                + "/healthz and /readyz only.", valueName: "cidr"))
    package var trustedProxy: [String] = []

    @Option(
        help: ArgumentHelp(
            "Registry on this machine or in a private network that everybody may use, or a whole private network; repeatable.",
            valueName: "host:port|cidr"))
    package var allow: [String] = []

    @Option(
        help: ArgumentHelp(
            "HTTP proxy that connections to registries go through; it resolves their names. (default: none)",
            valueName: "http://host:port"))
    package var egressProxy: String?

    @Option(
        help: ArgumentHelp(
            "Host that is connected to without the proxy, with all names below it, or a network; repeatable.", valueName: "host|cidr"))
    package var noProxy: [String] = []

    @Option(help: ArgumentHelp("When a registry gives no answer, 'store' or 'require' one; 'skip' asks only on request. (default: store)"))
    package var verify: String?

    @Flag(help: "Let admins delete manifests and blobs on registries, through /v2/.")
    package var gatewayDelete = false

    @Flag(help: "Verify the digests of blobs that are pulled; clients do that, too.")
    package var verifyBlobs = false

    @Option(
        help: ArgumentHelp(
            "Where a registry keeps a blob elsewhere: 'stream' it, or 'redirect' the client there. (default: stream)", valueName: "how"))
    package var blobs: String?

    @Option(
        help: ArgumentHelp(
            "Connections served at a time; beyond, idle ones are closed for new ones. (default: 1024, or as many as the limit of file "
                + "descriptors allows)", valueName: "number"))
    package var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "Seconds that a registry may take to answer a client's request, from its last byte on. (default: 300)", valueName: "seconds"))
    package var upstreamTimeout: Int?

    @Option(help: ArgumentHelp("Seconds that requests may take to end after SIGTERM. (default: 15)", valueName: "seconds"))
    package var drainTimeout: Int?

    @Option(
        help: ArgumentHelp(
            "Organizations that one account may create, removed ones included, as their names are never given again. Server administrators have no "
                + "limit; 0 leaves it to them. (default: 10)", valueName: "number"))
    package var organizationLimit: Int?

    @Option(help: ArgumentHelp("Days for which the audit trail is kept. (default: 400)", valueName: "days"))
    package var auditRetention: Int?

    @Option(
        help: ArgumentHelp(
            "Today's date (UTC), after the log says that the clock jumped: confirms the clock, so that old actions are deleted again. "
                + "Of no effect on other days.", valueName: "YYYY-MM-DD"))
    package var confirmClock: String?

    @Option(
        help: ArgumentHelp(
            "File that the audit trail is appended to as well, an action a line in JSON; it may be moved away at any time.",
            valueName: "file"))
    package var auditLog: String?

    @Option(
        help: ArgumentHelp(
            "Address and port to serve metrics on, at /metrics, to whoever connects: one that only your own can reach. (default: none)",
            valueName: "host:port"))
    package var metrics: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical. (default: info)", valueName: "level"))
    package var logLevel: String?

    @Option(help: ArgumentHelp("text or json, on stderr. (default: text)", valueName: "format"))
    package var logFormat: String?

    @Option(help: ArgumentHelp("JSON file with settings named like these options.", valueName: "file"))
    package var config: String?

    package init() {}
}

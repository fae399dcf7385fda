package import ArgumentParser
import Configuration

/// A setting of `lighterman serve`: the source of its option, environment variable, key in the configuration file, help and row in
/// docs/configuration.md.
struct Setting: Sendable {
    /// The name of the option without its dashes, and the key in the file.
    let name: String
    let help: String
    /// The placeholder of the value in the help; empty for a flag.
    let valueName: String
    /// The value of a server without this setting.
    let defaultValue: ConfigContent
    /// The default in the help, if it follows from other settings or from the machine.
    let defaultText: String
    /// The value of the option; nil if it is not set.
    let option: @Sendable (ServeOptions) -> ConfigContent?

    var environmentVariable: String { "LIGHTERMAN_" + name.uppercased().replacing("-", with: "_") }
}

extension Setting {
    private typealias Text = @Sendable (ServeOptions) -> String?
    private typealias Number = @Sendable (ServeOptions) -> Int?
    private typealias List = @Sendable (ServeOptions) -> [String]
    private typealias Switch = @Sendable (ServeOptions) -> Bool

    private static func text(
        _ name: String, _ valueName: String, default value: String = "", or text: String? = nil, _ help: String, _ option: @escaping Text
    ) -> Setting {
        Setting(
            name: name, help: help, valueName: valueName, defaultValue: .string(value),
            defaultText: text ?? (value.isEmpty ? "none" : value)
        ) { option($0).map { .string($0) } }
    }

    private static func number(
        _ name: String, _ valueName: String, default value: Int, or text: String? = nil, _ help: String, _ option: @escaping Number
    ) -> Setting {
        Setting(
            name: name, help: help, valueName: valueName, defaultValue: .int(value), defaultText: text ?? "\(value)"
        ) { option($0).map { .int($0) } }
    }

    private static func list(_ name: String, _ valueName: String, _ help: String, _ option: @escaping List) -> Setting {
        Setting(name: name, help: "\(help) Can be repeated.", valueName: valueName, defaultValue: .stringArray([]), defaultText: "none") {
            let values = option($0)
            return values.isEmpty ? nil : .stringArray(values)
        }
    }

    private static func flag(_ name: String, _ help: String, _ option: @escaping Switch) -> Setting {
        Setting(name: name, help: help, valueName: "", defaultValue: .bool(false), defaultText: "false") {
            option($0) ? .bool(true) : nil
        }
    }
}

/// The settings, in the order of the help.
extension Setting {
    static let all = [
        listen, data, admin, adminEnv, kekFile, revocations, publicUrl, tlsCertificate, tlsKey, trustedProxy, allow, egressProxy, noProxy,
        verify, gatewayDelete, verifyBlobs, blobs, maxConnections, upstreamTimeout, drainTimeout, organizationLimit, auditRetention,
        confirmClock, auditLog, metrics, webhook, webhookSecretFile, logLevel, logFormat,
    ]

    static let listen = text(
        "listen", "host:port", default: "127.0.0.1:8080", "Address and port to listen on; port 0 selects a free port."
    ) { $0.listen }
    static let data = text("data", "directory", default: "./lighterman-data", "Data directory.") { $0.data }
    static let admin = text("admin", "name", default: "admin", "Name of the administrator that the first start creates.") { $0.admin }
    static let adminEnv = text("admin-env", "file", or: "DATA.env", "File for the administrator's API key.") { $0.adminEnv }
    static let kekFile = text("kek-file", "file", or: "DATA.kek", "File with the key-encryption keys, newest first.") { $0.kekFile }
    static let revocations = text(
        "revocations", "file", or: "DATA.revoked",
        "File of revoked keys, disabled accounts and given names, which are applied to restored backups, too."
    ) { $0.revocations }
    static let publicUrl = text(
        "public-url", "url", or: "the request's Host", "URL at which clients reach the server."
    ) { $0.publicUrl }
    static let tlsCertificate = text("tls-certificate", "file", "Certificate chain (PEM) for HTTPS.") { $0.tlsCertificate }
    static let tlsKey = text("tls-key", "file", "Private key (PEM) of the certificate.") { $0.tlsKey }
    static let trustedProxy = list(
        "trusted-proxy", "cidr",
        "Network of a TLS-terminating proxy whose X-Forwarded-For is trusted. Without --tls-certificate, other peers get /healthz and /readyz "
            + "only."
    ) { $0.trustedProxy }
    static let allow = list(
        "allow", "host:port|cidr",
        "Registry on this machine or in a private network that all users may register, or a whole private network."
    ) { $0.allow }
    static let egressProxy = text(
        "egress-proxy", "http://host:port", "HTTP proxy for connections to registries; it also resolves their names."
    ) { $0.egressProxy }
    static let noProxy = list(
        "no-proxy", "host|cidr", "Host, including its subdomains, or network to connect to without the proxy."
    ) { $0.noProxy }
    static let verify = text(
        "verify", "policy", default: "store", "If a registry does not respond: 'store' or 'require'. 'skip' verifies on request only."
    ) { $0.verify }
    static let gatewayDelete = flag(
        "gateway-delete", "Allow admins to delete manifests and blobs on registries through /v2/."
    ) { $0.gatewayDelete }
    static let verifyBlobs = flag(
        "verify-blobs", "Verify the digests of pulled blobs; clients verify them, too."
    ) { $0.verifyBlobs }
    static let blobs = text(
        "blobs", "mode", default: "stream", "If a registry redirects a blob download: 'stream' the blob, or 'redirect' the client."
    ) { $0.blobs }
    static let maxConnections = number(
        "max-connections", "number", default: 1024, or: "1024, or fewer if the file descriptor limit requires it",
        "Maximum of concurrent client connections; above it, idle ones are closed to make room."
    ) { $0.maxConnections }
    static let upstreamTimeout = number(
        "upstream-timeout", "seconds", default: 300, "Seconds to wait for a registry's response after a client's request is complete."
    ) { $0.upstreamTimeout }
    static let drainTimeout = number(
        "drain-timeout", "seconds", default: 15, "Seconds to wait for requests in progress after SIGTERM."
    ) { $0.drainTimeout }
    static let organizationLimit = number(
        "organization-limit", "number", default: 10,
        "Organizations that one account may create, including removed ones, whose names are never reused. Server administrators have no limit; "
            + "with 0, only they can create organizations."
    ) { $0.organizationLimit }
    static let auditRetention = number(
        "audit-retention", "days", default: 400, "Retention of the audit trail in days."
    ) { $0.auditRetention }
    static let confirmClock = text(
        "confirm-clock", "YYYY-MM-DD",
        "Today's date (UTC), to confirm the clock after the log reports a jump, so that old actions are deleted again. Without effect on other "
            + "days."
    ) { $0.confirmClock }
    static let auditLog = text(
        "audit-log", "file", "File to which the audit trail is also appended, one JSON action per line; it can be rotated at any time."
    ) { $0.auditLog }
    static let metrics = text(
        "metrics", "host:port", "Address and port to serve /metrics on without authentication: use one that only you can reach."
    ) { $0.metrics }
    static let webhook = text(
        "webhook", "url",
        "URL to which signed events are posted: a repository became Rejected, or an API key expires soon. --allow applies to it."
    ) { $0.webhook }
    static let webhookSecretFile = text(
        "webhook-secret-file", "file", or: "LIGHTERMAN_WEBHOOK_SECRET",
        "File with the secret that signs the events, of at least 32 characters."
    ) { $0.webhookSecretFile }
    static let logLevel = text(
        "log-level", "level", default: "info", "trace, debug, info, notice, warning, error or critical."
    ) { $0.logLevel }
    static let logFormat = text("log-format", "format", default: "text", "Format of the log on stderr: text or json.") { $0.logFormat }
}

/// The options of the command line; nil for options that are not set. ``Setting`` has their names and helps.
package struct ServeOptions: ParsableArguments {
    @Option(.listen) package var listen: String?
    @Option(.data) package var data: String?
    @Option(.admin) package var admin: String?
    @Option(.adminEnv) package var adminEnv: String?
    @Option(.kekFile) package var kekFile: String?
    @Option(.revocations) package var revocations: String?
    @Option(.publicUrl) package var publicUrl: String?
    @Option(.tlsCertificate) package var tlsCertificate: String?
    @Option(.tlsKey) package var tlsKey: String?
    @Option(.trustedProxy) package var trustedProxy: [String]
    @Option(.allow) package var allow: [String]
    @Option(.egressProxy) package var egressProxy: String?
    @Option(.noProxy) package var noProxy: [String]
    @Option(.verify) package var verify: String?
    @Flag(.gatewayDelete) package var gatewayDelete: Bool
    @Flag(.verifyBlobs) package var verifyBlobs: Bool
    @Option(.blobs) package var blobs: String?
    @Option(.maxConnections) package var maxConnections: Int?
    @Option(.upstreamTimeout) package var upstreamTimeout: Int?
    @Option(.drainTimeout) package var drainTimeout: Int?
    @Option(.organizationLimit) package var organizationLimit: Int?
    @Option(.auditRetention) package var auditRetention: Int?
    @Option(.confirmClock) package var confirmClock: String?
    @Option(.auditLog) package var auditLog: String?
    @Option(.metrics) package var metrics: String?
    @Option(.webhook) package var webhook: String?
    @Option(.webhookSecretFile) package var webhookSecretFile: String?
    @Option(.logLevel) package var logLevel: String?
    @Option(.logFormat) package var logFormat: String?

    @Option(help: ArgumentHelp("JSON file with settings, named like these options.", valueName: "file"))
    package var config: String?

    package init() {}
}

extension Setting {
    fileprivate var specification: NameSpecification { .customLong(name) }

    fileprivate var argumentHelp: ArgumentHelp {
        let isOptional = ["none", "false"].contains(defaultText)
        return ArgumentHelp("\(help)\(isOptional ? "" : " (default: \(defaultText))")", valueName: valueName)
    }
}

extension Option {
    fileprivate init(_ setting: Setting) where Value == String? {
        self.init(name: setting.specification, help: setting.argumentHelp)
    }

    fileprivate init(_ setting: Setting) where Value == Int? {
        self.init(name: setting.specification, help: setting.argumentHelp)
    }

    fileprivate init(_ setting: Setting) where Value == [String] {
        self.init(wrappedValue: [], name: setting.specification, help: setting.argumentHelp)
    }
}

extension Flag where Value == Bool {
    fileprivate init(_ setting: Setting) {
        self.init(wrappedValue: false, name: setting.specification, help: setting.argumentHelp)
    }
}

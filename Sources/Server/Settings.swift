import Domain
import FoundationEssentials
import Gateway
import HTTPSupport
import Logging
import NIOCore
import Naming
import Operations
import RegistryClient
import Wire

/// The validated settings of the server.
package struct Settings: Sendable {
    let listen: ListenAddress
    /// The path of the data directory, without a trailing slash.
    let data: String
    let administrator: NamespaceName
    let administratorEnvironment: String
    let keys: KeySource
    /// The revocation journal, next to the data.
    let revocations: String
    let publicURL: String?
    let tls: TLSFiles?
    let trustedProxies: [Network]
    let allowances: [Allowance]
    /// nil for none.
    let egressProxy: EgressProxy?
    let verification: VerificationPolicy
    let gateway: GatewayOptions
    let maximumConnections: Int
    let upstreamLimits: UpstreamLimits
    /// Whether it was set, also to the default.
    let isMaximumOfConnectionsSet: Bool
    /// In seconds.
    let drainTimeout: Int
    /// The number of organizations that one account may create.
    let organizationLimit: Int
    /// The retention time of actions.
    let auditRetention: Duration
    /// The start of the day that an administrator confirmed; nil without confirmation.
    let confirmedDate: Date?
    /// The file to which actions are also written; nil for none.
    let auditLog: String?
    /// The address of the metrics listener; nil for none.
    let metrics: ListenAddress?
    /// nil for none.
    let webhook: WebhookSettings?
    let logLevel: Logger.Level
    let logFormat: LogFormat

    struct TLSFiles: Sendable {
        let certificate: String
        let key: String
    }

    package init(options: ServeOptions, environment: [String: String]) async throws(StartError) {
        let sources = try await SettingSources(options: options, environment: environment)
        listen = try ListenAddress(try sources.text(.listen) ?? "")
        data = Self.withoutSlash(try sources.text(.data) ?? "")
        guard !data.isEmpty else { throw StartError(.configuration, "--data must name a directory other than /") }
        administrator = try Self.name(try sources.text(.admin) ?? "")
        administratorEnvironment = try sources.text(.adminEnv) ?? "\(data).env"
        keys = KeySource(environment: environment, file: try sources.text(.kekFile), defaultFile: "\(data).kek")
        revocations = try sources.text(.revocations) ?? "\(data).revoked"
        publicURL = try sources.text(.publicUrl).map(Self.url)
        tls = try Self.tls(certificate: try sources.text(.tlsCertificate), key: try sources.text(.tlsKey))
        trustedProxies = try Self.each(try sources.list(.trustedProxy), "is not a network such as 10.0.0.0/8 (--trusted-proxy)") {
            Network($0)
        }
        allowances = try Self.each(
            try sources.list(.allow), "is not a registry with its port, registry.example:5000, or a network, 10.0.0.0/8 (--allow)"
        ) { Allowance($0) }
        egressProxy = try Self.proxy(sources)
        verification = try Self.choice(sources, .verify, VerificationPolicy.allCases.map(\.rawValue)) { VerificationPolicy(rawValue: $0) }
        gateway = GatewayOptions(
            publicURL: publicURL, isTLS: tls != nil || !trustedProxies.isEmpty, allowsDeletion: try sources.flag(.gatewayDelete),
            verifiesBlobs: try sources.flag(.verifyBlobs),
            forwardsBlobRedirects: try Self.choice(sources, .blobs, ["stream", "redirect"]) { ["stream": false, "redirect": true][$0] })
        var limits = UpstreamLimits()
        limits.response = .seconds(Int64(try Self.positive(sources, .upstreamTimeout, atMost: 24 * 60 * 60)))
        upstreamLimits = limits
        maximumConnections = try Self.positive(sources, .maxConnections, atMost: 1_000_000)
        isMaximumOfConnectionsSet = sources.isSet(.maxConnections)
        drainTimeout = try Self.positive(sources, .drainTimeout)
        organizationLimit = try Self.number(sources, .organizationLimit, from: 0)
        auditRetention = .seconds(try Self.positive(sources, .auditRetention, atMost: 36_500) * 24 * 60 * 60)
        confirmedDate = try sources.text(.confirmClock).map(Self.date)
        auditLog = try sources.text(.auditLog)
        metrics = try sources.text(.metrics).map { text throws(StartError) in try ListenAddress(text, option: "--metrics") }
        webhook = try WebhookSettings(
            url: try sources.text(.webhook), secretFile: try sources.text(.webhookSecretFile), environment: environment)
        logLevel = try Self.choice(sources, .logLevel, Logger.Level.allCases.map(\.rawValue)) { Logger.Level(rawValue: $0) }
        logFormat = try Self.choice(sources, .logFormat, LogFormat.allCases.map(\.rawValue)) { LogFormat(rawValue: $0) }
        guard listen.isLoopback || tls != nil || !trustedProxies.isEmpty else {
            throw StartError(
                .configuration,
                "plain http on \(listen) would send API keys and passwords in the clear: give --tls-certificate and --tls-key, or "
                    + "--trusted-proxy CIDR where a proxy terminates TLS, or listen on 127.0.0.1")
        }
    }
}

extension Settings {
    /// - Parameter limit: the maximum of file descriptors that the process may open.
    func descriptors(limit: Int) throws(StartError) -> DescriptorBudget {
        try DescriptorBudget(limit: limit, clients: maximumConnections, isExplicit: isMaximumOfConnectionsSet)
    }

    private static func withoutSlash(_ path: String) -> String {
        String(path.reversed().drop { $0 == "/" }.reversed())
    }

    private static func name(_ text: String) throws(StartError) -> NamespaceName {
        do {
            return try NamespaceName(parsing: text)
        } catch {
            throw StartError(.configuration, "'\(text)' cannot be the administrator's name: \(error)")
        }
    }

    private static func url(_ text: String) throws(StartError) -> String {
        let url = withoutSlash(text)
        let host = url.hasPrefix("https://") ? url.dropFirst(8) : url.hasPrefix("http://") ? url.dropFirst(7) : ""
        guard !host.isEmpty, !host.contains(where: { "/?#@ ".contains($0) }) else {
            throw StartError(.configuration, "--public-url must be like https://lighterman.example, without a path")
        }
        return url
    }

    private static func date(_ text: String) throws(StartError) -> Date {
        guard text.utf8.count == 10, let date = WireCoding.timestamp(text) else {
            throw StartError(.configuration, "--confirm-clock must be a date such as 2026-11-24, not '\(text)'")
        }
        return date
    }

    private static func tls(certificate: String?, key: String?) throws(StartError) -> TLSFiles? {
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?): return TLSFiles(certificate: certificate, key: key)
        default: throw StartError(.configuration, "--tls-certificate and --tls-key require each other: give both, or neither")
        }
    }

    private static func proxy(_ sources: SettingSources) throws(StartError) -> EgressProxy? {
        let names = try sources.list(.noProxy).flatMap { $0.split(separator: ",").map { String($0.filter { $0 != " " }) } }
        let exceptions = try each(names, "is not a host, an address or a network (--no-proxy)") { EgressProxy.Exception($0) }
        guard let text = try sources.text(.egressProxy) else {
            guard exceptions.isEmpty else { throw StartError(.configuration, "--no-proxy requires --egress-proxy: give both, or neither") }
            return nil
        }
        guard let proxy = EgressProxy(text, exceptions: exceptions) else {
            throw StartError(.configuration, "--egress-proxy must be like http://proxy.example:3128, without a path or a user name")
        }
        return proxy
    }

    private static func each<Value>(
        _ texts: [String], _ objection: String, _ make: (String) -> Value?
    ) throws(StartError) -> [Value] {
        var values: [Value] = []
        for text in texts {
            guard let value = make(text) else { throw StartError(.configuration, "'\(text)' \(objection)") }
            values.append(value)
        }
        return values
    }

    private static func positive(_ sources: SettingSources, _ setting: Setting, atMost limit: Int = .max) throws(StartError) -> Int {
        try number(sources, setting, from: 1, atMost: limit)
    }

    private static func number(
        _ sources: SettingSources, _ setting: Setting, from minimum: Int, atMost limit: Int = .max
    ) throws(StartError) -> Int {
        let number = try sources.number(setting)
        guard number >= minimum else { throw StartError(.configuration, "--\(setting.name) must be at least \(minimum)") }
        guard number <= limit else { throw StartError(.configuration, "--\(setting.name) must be at most \(limit)") }
        return number
    }

    private static func choice<Choice>(
        _ sources: SettingSources, _ setting: Setting, _ all: [String], _ make: (String) -> Choice?
    ) throws(StartError) -> Choice {
        let text = try sources.text(setting) ?? ""
        guard let choice = make(text) else {
            throw StartError(.configuration, "--\(setting.name) is \(all.joined(separator: ", ")), not '\(text)'")
        }
        return choice
    }
}

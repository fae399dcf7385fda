import Configuration
import FoundationEssentials
import SystemPackage
import Wire

/// The values of the settings by name: options override the environment, which overrides the file, which overrides defaults.
///
/// Every name has a default, so a value can only be missing if it has the wrong type. That is an error here; the library's readers
/// would silently use the next source.
struct SettingSources {
    private let reader: ConfigReader
    /// Without the defaults.
    private let given: ConfigReader

    static let defaults: [String: ConfigContent] = [
        "listen": .string("127.0.0.1:8080"), "data": .string("./lighterman-data"), "admin": .string("admin"),
        "admin-env": .string(""), "kek-file": .string(""), "revocations": .string(""), "public-url": .string(""),
        "tls-certificate": .string(""),
        "tls-key": .string(""), "trusted-proxy": .stringArray([]), "allow": .stringArray([]), "verify": .string("store"),
        "max-connections": .int(1024), "organization-limit": .int(10), "audit-retention": .int(400), "audit-log": .string(""),
        "confirm-clock": .string(""), "metrics": .string(""), "gateway-delete": .bool(false), "verify-blobs": .bool(false),
        "blobs": .string("stream"), "upstream-timeout": .int(300), "drain-timeout": .int(15), "egress-proxy": .string(""),
        "no-proxy": .stringArray([]), "log-level": .string("info"), "log-format": .string("text"),
    ]

    init(options: ServeOptions, environment: [String: String]) async throws(StartError) {
        var providers: [any ConfigProvider] = [
            Self.provider(Self.values(options)),
            EnvironmentVariablesProvider(environmentVariables: environment).prefixKeys(with: "lighterman"),
        ]
        if let path = options.config ?? environment["LIGHTERMAN_CONFIG"] { providers.append(try await Self.file(path)) }
        given = ConfigReader(providers: providers)
        providers.append(Self.provider(Self.defaults))
        reader = ConfigReader(providers: providers)
    }

    /// Returns nil for an empty value, which is the default of optional settings.
    func text(_ name: String) throws(StartError) -> String? {
        let text = try read(name, "a text") { try reader.requiredString(forKey: $0) }
        return text.isEmpty ? nil : text
    }

    func number(_ name: String) throws(StartError) -> Int {
        try read(name, "a whole number") { try reader.requiredInt(forKey: $0) }
    }

    /// Whether this number was set and is not the default.
    func isSet(_ name: String) -> Bool { given.int(forKey: ConfigKey([name])) != nil }

    func flag(_ name: String) throws(StartError) -> Bool {
        try read(name, "true or false") { try reader.requiredBool(forKey: $0) }
    }

    func list(_ name: String) throws(StartError) -> [String] {
        try read(name, "a list of texts") { try reader.requiredStringArray(forKey: $0) }
    }

    private func read<Value>(_ name: String, _ kind: String, _ value: (ConfigKey) throws -> Value) throws(StartError) -> Value {
        do {
            return try value(ConfigKey([name]))
        } catch {
            throw StartError(.configuration, "the setting '\(name)' must be \(kind)")
        }
    }

    private static func values(_ options: ServeOptions) -> [String: ConfigContent] {
        let texts: [String: String?] = [
            "listen": options.listen, "data": options.data, "admin": options.admin, "admin-env": options.adminEnv,
            "kek-file": options.kekFile, "revocations": options.revocations, "public-url": options.publicUrl,
            "tls-certificate": options.tlsCertificate,
            "tls-key": options.tlsKey, "verify": options.verify, "audit-log": options.auditLog,
            "confirm-clock": options.confirmClock, "metrics": options.metrics, "egress-proxy": options.egressProxy,
            "blobs": options.blobs, "log-level": options.logLevel, "log-format": options.logFormat,
        ]
        let numbers = [
            "max-connections": options.maxConnections, "upstream-timeout": options.upstreamTimeout, "drain-timeout": options.drainTimeout,
            "audit-retention": options.auditRetention, "organization-limit": options.organizationLimit,
        ]
        var values = texts.compactMapValues { $0.map(ConfigContent.string) }
        values.merge(numbers.compactMapValues { $0.map(ConfigContent.int) }) { $1 }
        let flags = ["gateway-delete": options.gatewayDelete, "verify-blobs": options.verifyBlobs]
        values.merge(flags.filter(\.value).mapValues(ConfigContent.bool)) { $1 }
        let lists = ["trusted-proxy": options.trustedProxy, "allow": options.allow, "no-proxy": options.noProxy]
        values.merge(lists.filter { !$0.value.isEmpty }.mapValues(ConfigContent.stringArray)) { $1 }
        return values
    }

    private static func provider(_ values: [String: ConfigContent]) -> InMemoryProvider {
        let pairs = values.map { (AbsoluteConfigKey([$0.key]), ConfigValue($0.value, isSecret: false)) }
        return InMemoryProvider(values: Dictionary(uniqueKeysWithValues: pairs))
    }

    /// Rejects unknown settings: if a misspelled one were ignored, the server would be less safe than its owner believes.
    private static func file(_ path: String) async throws(StartError) -> any ConfigProvider {
        do {
            guard case .object(let members) = try JSONReader.read([UInt8](Data(contentsOf: URL(filePath: path)))) else {
                throw StartError(.configuration, "the file '\(path)' does not hold a JSON object")
            }
            if let unknown = members.keys.filter({ defaults[$0] == nil }).min() {
                throw StartError(.configuration, "unknown setting '\(unknown)' in the file '\(path)'")
            }
            return try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError(.configuration, "the file '\(path)' does not exist or is not valid JSON")
        }
    }
}

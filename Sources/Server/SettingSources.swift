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

    private static let defaults = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.name, $0.defaultValue) })

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
    func text(_ setting: Setting) throws(StartError) -> String? {
        let text = try read(setting, "a text") { try reader.requiredString(forKey: $0) }
        return text.isEmpty ? nil : text
    }

    func number(_ setting: Setting) throws(StartError) -> Int {
        try read(setting, "a whole number") { try reader.requiredInt(forKey: $0) }
    }

    /// Whether this number was set, also to the default.
    func isSet(_ setting: Setting) -> Bool { given.int(forKey: ConfigKey([setting.name])) != nil }

    func flag(_ setting: Setting) throws(StartError) -> Bool {
        try read(setting, "true or false") { try reader.requiredBool(forKey: $0) }
    }

    func list(_ setting: Setting) throws(StartError) -> [String] {
        try read(setting, "a list of texts") { try reader.requiredStringArray(forKey: $0) }
    }

    private func read<Value>(_ setting: Setting, _ kind: String, _ value: (ConfigKey) throws -> Value) throws(StartError) -> Value {
        do {
            return try value(ConfigKey([setting.name]))
        } catch {
            throw StartError(.configuration, "the setting '\(setting.name)' must be \(kind)")
        }
    }

    private static func values(_ options: ServeOptions) -> [String: ConfigContent] {
        Dictionary(uniqueKeysWithValues: Setting.all.compactMap { setting in setting.option(options).map { (setting.name, $0) } })
    }

    private static func provider(_ values: [String: ConfigContent]) -> InMemoryProvider {
        let pairs = values.map { (AbsoluteConfigKey([$0.key]), ConfigValue($0.value, isSecret: false)) }
        return InMemoryProvider(values: Dictionary(uniqueKeysWithValues: pairs))
    }

    /// Rejects unknown settings: if a misspelled one were ignored, the server would be less safe than its owner believes.
    private static func file(_ path: String) async throws(StartError) -> any ConfigProvider {
        do {
            guard case .object(let members) = try JSONReader.read([UInt8](Data(contentsOf: URL(filePath: path)))) else {
                throw StartError(.configuration, "the file '\(path)' must contain a JSON object, with a member for each setting")
            }
            if let unknown = members.keys.filter({ defaults[$0] == nil }).min() {
                throw StartError(
                    .configuration, "unknown setting '\(unknown)' in the file '\(path)': 'lighterman serve --help' lists the settings")
            }
            return try await FileProvider<JSONSnapshot>(filePath: FilePath(path))
        } catch let error as StartError {
            throw error
        } catch {
            throw StartError(
                .configuration, "the file '\(path)' cannot be read or is not valid JSON: check the name (--config) and the content")
        }
    }
}

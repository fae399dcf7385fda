package import ArgumentParser

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

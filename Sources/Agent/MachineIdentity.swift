import Crypto
import FoundationEssentials
import Naming

/// Identifies the machine, without revealing its ID (https://www.freedesktop.org/software/systemd/man/latest/machine-id.html).
struct MachineIdentity: Sendable {
    private let machineID: String?

    init(file: String = "/etc/machine-id") {
        let text = FileManager.default.contents(atPath: file).map { String(decoding: $0.prefix(64), as: UTF8.self) }
        let id = text?.split(separator: "\n").first.map(String.init)
        machineID = id.flatMap { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) ? $0 : nil }
    }

    /// The same text for the same machine and socket, also after a restart: 64 hexadecimal digits.
    ///
    /// - Parameter engineID: the ID that Docker Engine stores with its data, for machines without an ID, such as containers.
    func instance(of address: EngineAddress, engineID: String?) throws(AgentFailure) -> String {
        guard let id = machineID ?? engineID, !id.isEmpty else {
            throw AgentFailure("This machine has no ID: create /etc/machine-id with systemd-machine-id-setup, or mount that of the host")
        }
        return Self.code(for: "lighterman-agent \(address.canonicalPath)", key: Array(id.utf8))
    }

    static func code(for text: String, key: [UInt8]) -> String {
        HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key)).hexadecimal
    }
}

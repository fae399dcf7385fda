/// An error while sealing or opening a secret, or reading a key file.
///
/// Only ``wrongKey(needed:have:)`` is recoverable, by another key. All other errors mean that the data or the configuration is broken, and
/// must not be retried with anything else.
package enum SealingError: Error, Equatable, Sendable {
    case wrongKey(needed: KeyID, have: [KeyID])
    case malformed(EnvelopeFlaw)
    case tampered
    case cipherFailed
    case notADeploymentSecret
    case emptyKeyFile
    case invalidKeyFile(line: Int, reason: KeyFileFlaw)
}

package enum EnvelopeFlaw: Equatable, Sendable {
    case tooShort
    case unknownFormat(UInt8)
    case unknownAlgorithm(UInt8)
}

package enum KeyFileFlaw: Equatable, Sendable {
    case notAKey
    case repeats(line: Int)
}

extension SealingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .wrongKey(let needed, let have):
            "this secret needs key-encryption key \(needed), the key ring has \(have.map(\.description).joined(separator: ", "))"
        case .malformed(let flaw):
            "not a sealed envelope: \(flaw)"
        case .tampered:
            "the sealed secret was altered, or was sealed for another row, version, namespace, registry or deployment"
        case .cipherFailed:
            "AES-GCM failed to encrypt"
        case .notADeploymentSecret:
            "the opened secret does not have the length of a deployment secret"
        case .emptyKeyFile:
            "the key file contains no key"
        case .invalidKeyFile(let line, let reason):
            "line \(line) of the key file \(reason)"
        }
    }
}

extension EnvelopeFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooShort: "too short"
        case .unknownFormat(let format): "format \(format) is unknown to this version"
        case .unknownAlgorithm(let algorithm): "algorithm \(algorithm) is unknown to this version"
        }
    }
}

extension KeyFileFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notAKey: "is not the base64 of 32 bytes"
        case .repeats(let line): "repeats the key of line \(line)"
        }
    }
}

import Domain
import FoundationEssentials
import Synchronization

/// Detects secrets in a text from a registry: as they are, as in Basic authentication, and in the encodings of ``DecodedTextSearch``.
struct CredentialLeakDetector: Sendable {
    private let secrets: [[UInt8]]
    /// Secrets that occur in other words by chance. They are detected as words of their own, or encoded.
    private let words: [[UInt8]]
    /// Letters and digits of secrets and of their base64, in lower case.
    private let folded: [[UInt8]]
    /// The length of the shortest secret, in characters.
    private let minimumLength: Int
    private let isASCII: Bool

    /// Shorter texts occur in many messages by chance.
    private static let minimumLength = 4
    private static let minimumLengthWithinWords = 6
    private static let minimumLengthOfFoldedBase64 = 8

    /// - Parameter credential: nil for an anonymous request.
    init(_ credential: Credential?, tokens: [Secret] = []) {
        let parts = [credential?.username, credential?.password].compactMap { $0?.revealed() }.filter { !$0.isEmpty }
        let login = parts.joined(separator: ":")
        let texts = Set(parts + [login] + tokens.map { $0.revealed() }).map { Array($0.utf8) }
            .filter { $0.count >= Self.minimumLength }
        secrets = texts.filter { $0.count >= Self.minimumLengthWithinWords }
        words = texts.filter { $0.count < Self.minimumLengthWithinWords }.map(Self.lowercased)
        let foldedTexts = texts.map(Self.folded).filter { $0.count >= Self.minimumLengthWithinWords }
        // Base64 in another case cannot be decoded.
        let base64 = (parts + [login]).flatMap { Self.base64(Array($0.utf8)) }.map(Self.folded).filter {
            $0.count >= Self.minimumLengthOfFoldedBase64
        }
        folded = Array(Set(foldedTexts + base64))
        minimumLength = texts.map { String(decoding: $0, as: UTF8.self).unicodeScalars.count }.min() ?? .max
        isASCII = texts.allSatisfy { $0.allSatisfy { $0 < 0x80 } }
    }

    func detectsLeak(in text: String) -> Bool {
        guard minimumLength != .max, text.utf8.count >= minimumLength else { return false }
        var search = DecodedTextSearch(minimumLength: minimumLength, isASCII: isASCII)
        return search.finds(in: text, where: contains)
    }

    private func contains(_ text: [UInt8], _ form: DecodedTextSearch.Form) -> Bool {
        if secrets.contains(where: { Self.position(of: $0, in: text[...]) != nil }) { return true }
        if !words.isEmpty {
            let lowercased = Self.lowercased(text)
            if words.contains(where: { Self.contains($0, in: lowercased, asWord: form == .written) }) { return true }
        }
        let folded = Self.folded(text)
        return self.folded.contains { Self.position(of: $0, in: folded[...]) != nil }
    }

    private static func contains(_ word: [UInt8], in text: [UInt8], asWord: Bool) -> Bool {
        var rest = text[...]
        while let start = position(of: word, in: rest) {
            let end = start + word.count
            let isBounded = !(start > 0 && isAlphanumeric(text[start - 1])) && !(end < text.count && isAlphanumeric(text[end]))
            if isBounded || !asWord { return true }
            rest = text[(start + 1)...]
        }
        return false
    }

    private static func position(of part: [UInt8], in text: ArraySlice<UInt8>) -> Int? {
        guard let first = part.first, part.count <= text.count else { return nil }
        return part.withUnsafeBufferPointer { part in
            text.withUnsafeBufferPointer { text in
                (0...(text.count - part.count)).first { start in
                    text[start] == first && (1..<part.count).allSatisfy { text[start + $0] == part[$0] }
                }
            }
        }.map { text.startIndex + $0 }
    }

    /// The characters of a secret in base64 that do not depend on the text around it, for each position of the secret in that text.
    private static func base64(_ secret: [UInt8]) -> [[UInt8]] {
        (0..<3).map { before in
            let encoded = Data([UInt8](repeating: 0, count: before) + secret).base64EncodedString()
            return Array(encoded.utf8.prefix((before + secret.count) * 8 / 6).dropFirst((before * 8 + 5) / 6))
        }
    }

    /// Letters and digits only, in lower case: differences in case, in separators and in the base64 alphabet do not hide a secret.
    private static func folded(_ text: [UInt8]) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count)
        for byte in text where isAlphanumeric(byte) { folded.append(byte | 0x20) }
        return folded
    }

    private static func lowercased(_ text: [UInt8]) -> [UInt8] {
        text.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// The secrets that the requests for a repository carry: the credential, and the tokens that were issued for it. No text of a registry that
/// contains one leaves the server.
final class SecretsInUse: Sendable {
    private let credential: Credential?
    private let state = Mutex(State())

    private struct State {
        var tokens: Set<Secret> = []
        var detector: CredentialLeakDetector?
    }

    init(_ credential: Credential?) {
        self.credential = credential
    }

    func add(_ token: Token) {
        state.withLock { state in
            let count = state.tokens.count
            state.tokens.formUnion(token.others + [token.secret])
            if state.tokens.count != count { state.detector = nil }
        }
    }

    func areRepeated(in text: String) -> Bool { detector.detectsLeak(in: text) }

    private var detector: CredentialLeakDetector {
        state.withLock { state in
            if let detector = state.detector { return detector }
            let detector = CredentialLeakDetector(credential, tokens: Array(state.tokens))
            state.detector = detector
            return detector
        }
    }
}

extension SecretsInUse: CustomReflectable {
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

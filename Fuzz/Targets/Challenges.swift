import RegistryClient

/// An input is the `WWW-Authenticate` fields of a response, one per line.
@_cdecl("LLVMFuzzerTestOneInput")
public func readChallenges(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Input(start, count)
    let fields = input.texts(separatedBy: "\n")
    let challenges = Challenge.parse(fields)
    challenges.forEach(expectTokens)
    expect(challenges == fields.flatMap { Challenge.parse([$0]) }, "a field is read without regard to the others")
    expect(challenges.map(size).reduce(0, +) <= fields.map(\.utf8.count).reduce(0, +), "nothing is read that was not sent")
    // Line feeds are allowed in values, although none can arrive.
    Challenge.parse([input.text]).forEach(expectTokens)
    expectStable(challenges)
    return 0
}

private func expectTokens(_ challenge: Challenge) {
    for name in [challenge.scheme] + challenge.parameters.keys {
        let isToken = !name.isEmpty && name.utf8.allSatisfy("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".utf8.contains)
        expect(isToken, "'\(name)' is a token in lower case")
    }
}

private func size(_ challenge: Challenge) -> Int {
    challenge.parameters.reduce(challenge.scheme.utf8.count) { $0 + $1.key.utf8.count + $1.value.utf8.count }
}

/// Challenges that are serialized according to the specification are parsed to the same values.
private func expectStable(_ challenges: [Challenge]) {
    let texts = challenges.map(text)
    expect(Challenge.parse(texts) == challenges, "the fields \(texts) are read as the challenges that they describe")
    expect(Challenge.parse([texts.joined(separator: ", ")]) == challenges, "the challenges \(texts) may share a field")
}

private func text(_ challenge: Challenge) -> String {
    let parameters = challenge.parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\(quoted($0.value))" }
    return ([challenge.scheme] + [parameters.joined(separator: ", ")]).filter { !$0.isEmpty }.joined(separator: " ")
}

private func quoted(_ value: String) -> String {
    let escaped = value.utf8.flatMap { "\"\\".utf8.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
    return "\"" + String(decoding: escaped, as: UTF8.self) + "\""
}

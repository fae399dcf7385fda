import Naming

/// An input is one reference, or several if it contains spaces.
@_cdecl("LLVMFuzzerTestOneInput")
public func readReferences(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Input(start, count)
    let texts = [input.text] + input.texts(separatedBy: " ")
    let names = texts.compactMap { try? RepositoryName(parsing: $0) }
    let authorities = texts.compactMap { try? RegistryAuthority(parsing: $0) }
    names.forEach(NameGrammar.expectCanonical)
    authorities.forEach(NameGrammar.expectCanonical)
    for image in texts.compactMap({ try? PulledImage(parsing: $0, through: gateways).reference }) {
        expect((try? ImageReference(parsing: image.description)) == image, "the canonical form of '\(image)' is the same image")
        NameGrammar.expectCanonical(image.repository)
    }
    expectDistinct(names)
    expectDistinct(authorities)
    return 0
}

/// The authorities of the gateway in the names of images.
private let gateways = Set(["gateway.example", "localhost:8080"].compactMap { try? RegistryAuthority(parsing: $0) })

/// Values are equal exactly if their descriptions are; the order is consistent with equality.
private func expectDistinct<Name: Hashable & Comparable & CustomStringConvertible>(_ names: [Name]) {
    for (left, right) in zip(names, names.dropFirst()) {
        let isEqual = isSame(left.description, right.description)
        expect((left == right) == isEqual, "'\(left)' and '\(right)' are told apart by their descriptions")
        expect([left < right, right < left].filter { $0 }.count == (isEqual ? 0 : 1), "'\(left)' and '\(right)' have an order")
        expect(Set([left, right]).count == (isEqual ? 1 : 2), "'\(left)' and '\(right)' hash as they are equal")
    }
}

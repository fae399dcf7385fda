package import FoundationEssentials

/// A place in a list that is sorted by names that several items may have. The item need not exist any more.
package struct NamedPlace: Hashable, Sendable, CustomStringConvertible {
    package let name: String
    package let id: UUID

    package init(name: String, id: UUID) {
        self.name = name
        self.id = id
    }

    private static let idLength = 36

    /// Parses the description of a place.
    package init?(parsing text: String) {
        guard let id = UUID(uuidString: String(text.prefix(Self.idLength))), text.dropFirst(Self.idLength).first == "/" else {
            return nil
        }
        self.init(name: String(text.dropFirst(Self.idLength + 1)), id: id)
    }

    package var description: String { "\(id.uuidString.lowercased())/\(name)" }
}

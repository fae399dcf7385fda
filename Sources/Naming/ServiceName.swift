/// The name of a service, or of the group that it belongs to (its stack), as an engine or a user writes it.
package struct ServiceName: Hashable, Sendable {
    private let text: String

    package static let maximumLength = 255

    /// Parses 1 to 255 characters without control characters, line breaks and invisible formatting, which could change how a list of
    /// services looks on a terminal.
    package init(parsing text: some StringProtocol) throws(NamingError) {
        let scalars = text.unicodeScalars
        guard (1...Self.maximumLength).contains(scalars.count), scalars.allSatisfy(Self.isPrintable) else { throw NamingError(.service) }
        self.text = String(text)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

extension ServiceName: CustomStringConvertible, Comparable {
    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

import Wire

extension String {
    /// The text as a report may contain it: control characters are replaced, and it is shortened to `maximum` characters. nil if it is
    /// empty.
    func reported(maximum: Int = AgentReportBody.maximumName) -> String? {
        var text = ""
        for character in unicodeScalars.prefix(maximum) {
            text.unicodeScalars.append(AgentReportBody.isControl(character) ? "\u{FFFD}" : character)
        }
        return text.isEmpty ? nil : text
    }

    /// The text on one line, for logs and errors.
    var onOneLine: String { reported(maximum: 500) ?? "" }
}

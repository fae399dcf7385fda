/// A property that an exchange violated.
struct BrokenProperty: Error {
    let text: String
}

/// The properties of every response that the registry client returns.
enum Property {
    static func expect(_ received: Received, after call: Call) throws(BrokenProperty) {
        try expect((200...599).contains(received.status), "the status \(received.status) of a response is final, and one of HTTP's")
        for (name, value) in received.fields {
            let isClean = !"\(name)\(value)".utf8.contains { [0x00, 0x0A, 0x0D].contains($0) }
            try expect(isClean, "the field '\(name)' contains no CR, LF or NUL")
        }
        try expectLength(received, call)
    }

    /// https://www.rfc-editor.org/rfc/rfc9112#section-6.3
    private static func expectLength(_ received: Received, _ call: Call) throws(BrokenProperty) {
        if call.kind == .head || [204, 304].contains(received.status) {
            return try expect(received.bodyLength == 0, "a response to HEAD, and one with status \(received.status), has no body")
        }
        guard let length = received.contentLengths.first.flatMap({ Int($0) }) else { return }
        try expect(received.bodyLength <= length, "a body of \(received.bodyLength) bytes is no longer than its length \(length)")
        if received.isWhole {
            try expect(received.bodyLength == length, "a body of \(received.bodyLength) bytes is as long as its length \(length)")
        }
    }

    static func expect(_ holds: Bool, _ property: @autoclosure () -> String) throws(BrokenProperty) {
        guard holds else { throw BrokenProperty(text: property()) }
    }
}

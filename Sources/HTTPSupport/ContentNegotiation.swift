package import HTTPTypes

/// The API accepts and sends JSON in UTF-8 only. Requests without `Accept` or `Content-Type` are accepted.
package enum ContentNegotiation {
    package static func check(_ headers: HTTPFields) throws(ResponseError) {
        let accepted = headers[values: .accept].flatMap { $0.split(separator: ",") }.map(MediaRange.init)
        guard accepted.isEmpty || accepted.contains(where: \.acceptsJSON) else {
            throw .unsupportedMediaType("This API responds with JSON only: send 'Accept: application/json' or leave the field out")
        }
        let types = headers[values: .contentType].map { MediaRange($0[...]) }
        guard types.allSatisfy(\.isJSON), types.count <= 1 else {
            throw .unsupportedMediaType("This API accepts JSON in UTF-8 only: send 'Content-Type: application/json' or leave the field out")
        }
    }
}

/// `type/subtype;name=value` (https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1)
private struct MediaRange {
    let type: String
    let parameters: [String: String]

    init(_ text: Substring) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimming(" \t").lowercased() }
        type = parts[0]
        let pairs = parts.dropFirst().map { part in
            let pair = part[...].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(pair[0].trimming(" \t")), pair.count == 2 ? String(pair[1].trimming(" \t\"")) : "")
        }
        parameters = Dictionary(pairs) { first, _ in first }
    }

    var acceptsJSON: Bool {
        let isRefused = parameters["q"].flatMap(Double.init) == 0
        return ["*/*", "application/*", "application/json"].contains(type) && !isRefused
    }

    var isJSON: Bool {
        type == "application/json" && ["utf-8", "utf8"].contains(parameters["charset"] ?? "utf-8")
    }
}

extension Substring {
    func trimming(_ characters: String) -> Substring {
        let start = drop { characters.contains($0) }
        return start[..<(start.lastIndex { !characters.contains($0) }.map(start.index(after:)) ?? start.startIndex)]
    }
}

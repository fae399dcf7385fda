package import HTTPTypes

// Fields that may leave the server.
extension UpstreamResponse {
    /// The fields of these names, without those whose value contains a secret that requests to the registry carry.
    package func fields(_ names: [HTTPField.Name]) -> HTTPFields {
        var passed = HTTPFields()
        for name in names {
            for value in fields[values: name] where isPassed(value) { passed.append(HTTPField(name: name, value: value)) }
        }
        return passed
    }

    /// All fields, which must not leave the server.
    package var unexaminedFields: HTTPFields { fields }

    package subscript(name: HTTPField.Name) -> String? { fields([name])[name] }

    private func isPassed(_ value: String) -> Bool {
        if Self.ordinary.contains(value) { return true }
        return value.utf8.count <= Self.maximumLength && secrets?.areRepeated(in: value) != true
    }

    /// In bytes. Longer values are not ordinary, and would take long to examine.
    private static let maximumLength = 1024

    /// Values that say nothing about a credential, even if a part of them is the same.
    private static let ordinary: Set<String> = [
        "bytes", "none", "gzip", "identity", "zstd", "application/octet-stream", "application/json", "application/json; charset=utf-8",
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar",
        "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.layer.v1.tar+zstd",
        "application/vnd.oci.artifact.manifest.v1+json", "application/vnd.oci.empty.v1+json",
        "application/vnd.docker.distribution.manifest.v1+json", "application/vnd.docker.distribution.manifest.v1+prettyjws",
        "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip",
        "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "application/vnd.docker.plugin.v1+json",
        "application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
    ]
}

/// The part of a content that a response has (https://www.rfc-editor.org/rfc/rfc9110#section-14.4).
package struct ContentRange: Hashable, Sendable, CustomStringConvertible {
    /// The positions of the first and the last byte.
    package let positions: ClosedRange<Int>
    /// The length of the whole content.
    package let length: Int

    package var description: String { "bytes \(positions.lowerBound)-\(positions.upperBound)/\(length)" }
    package var isWhole: Bool { positions.count == length }

    /// nil for other units and invalid positions, and if the length of the whole content is not known.
    package init?(parsing text: String) {
        guard let match = text.wholeMatch(of: /(?i:bytes) ([0-9]+)-([0-9]+)\/([0-9]+)/), let first = Int(match.1), let last = Int(match.2),
            let length = Int(match.3), first <= last, last < length
        else { return nil }
        positions = first...last
        self.length = length
    }
}

extension UpstreamResponse {
    /// The part that the response declares; nil if it is missing or invalid, or stated more than once.
    package var contentRange: ContentRange? {
        let values = fields[values: .contentRange]
        return values.count == 1 ? ContentRange(parsing: values[0]) : nil
    }
}

import Crypto
import NIOHTTP1
import TestSupport

/// An image to pull: a manifest, and a blob that it references.
enum Sample {
    static let manifestType = "application/vnd.oci.image.manifest.v1+json"
    static let blob = Array("what a layer consists of, more or less".utf8)
    static let blobDigest = digest(of: blob)
    static let manifest = Array(
        """
        {"schemaVersion":2,"mediaType":"\(manifestType)","config":{"digest":"\(blobDigest)","size":38},"layers":[]}
        """.utf8)
    static let manifestDigest = digest(of: manifest)

    static func digest(of bytes: [UInt8]) -> String {
        "sha256:" + SHA256.hash(data: bytes).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    static func manifestReply(
        _ bytes: [UInt8] = manifest, named digest: String? = manifestDigest, _ headers: HTTPHeaders = [:]
    ) -> RegistryReply {
        var headers = headers
        headers.replaceOrAdd(name: "Content-Type", value: manifestType)
        if let digest { headers.add(name: "Docker-Content-Digest", value: digest) }
        return .answer(status: 200, headers: headers, body: bytes)
    }

    /// The same bytes with one bit inverted.
    static func flipped(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        bytes[bytes.count / 2] ^= 1
        return bytes
    }

    /// The responses of a registry that stores the image in this repository, by path.
    static func contents(of repository: String) -> [String: RegistryReply] {
        let base = "/v2/\(repository)"
        return [
            "\(base)/manifests/v1": manifestReply(), "\(base)/manifests/\(manifestDigest)": manifestReply(),
            "\(base)/blobs/\(blobDigest)": .answer(status: 200, headers: ["Content-Type": "application/octet-stream"], body: blob),
        ]
    }
}

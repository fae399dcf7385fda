import Foundation

/// The programs of this package, from the build that the tests belong to.
package enum Binaries {
    package static let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .path(percentEncoded: false)
    package static let lighterman = "\(folder)/lighterman"
    package static let dockerCloud = "\(folder)/docker-cloud"

    /// The folder of the package itself.
    package static let package = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path(percentEncoded: false)
}

import FoundationEssentials
import Glibc
import NIOSSL
import Synchronization

/// The TLS certificate of new connections, which can be replaced while the server runs. A pair that cannot be used replaces nothing.
final class ServedCertificate: Sendable {
    private let files: Settings.TLSFiles
    private let state: Mutex<State>
    /// Held while the files are loaded, so that an older pair never replaces a newer one.
    private let loading = Mutex<Void>(())

    private struct State {
        var loaded: Loaded
        /// The versions of the files that were loaded last, whether they could be used or not.
        var tried: [FileVersion?]
    }

    struct Loaded: Sendable {
        let context: NIOSSLContext
        /// The validity of the server's own certificate.
        let starts: Date
        let expires: Date
    }

    /// Changes when a file is replaced or written.
    struct FileVersion: Hashable, Sendable {
        private let device: UInt
        private let file: UInt
        private let size: Int
        private let seconds: Int
        private let nanoseconds: Int

        /// Returns nil if the file does not exist.
        init?(of path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            (device, file, size) = (UInt(status.st_dev), UInt(status.st_ino), Int(status.st_size))
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    init(_ files: Settings.TLSFiles) throws(StartError) {
        self.files = files
        // The versions are read first, so that a change meanwhile is noticed.
        let versions = Self.versions(of: files)
        state = Mutex(State(loaded: try Self.load(files), tried: versions))
    }

    var context: NIOSSLContext { state.withLock { $0.loaded.context } }
    var expires: Date { state.withLock { $0.loaded.expires } }

    /// Loads the files. On failure, the present certificate stays.
    func reload() throws(StartError) {
        try loading.withLock { (_) throws(StartError) in
            let versions = self.versions
            state.withLock { $0.tried = versions }
            let loaded = try Self.load(files)
            state.withLock { $0.loaded = loaded }
        }
    }

    /// The present versions of the files.
    var versions: [FileVersion?] { Self.versions(of: files) }

    /// Whether these are the versions that were loaded last.
    func hasTried(_ versions: [FileVersion?]) -> Bool { state.withLock { $0.tried == versions } }

    private static func versions(of files: Settings.TLSFiles) -> [FileVersion?] {
        [FileVersion(of: files.certificate), FileVersion(of: files.key)]
    }

    /// Loads a certificate and its key, and checks that they belong together.
    static func load(_ files: Settings.TLSFiles) throws(StartError) -> Loaded {
        let (certificates, key): ([NIOSSLCertificate], NIOSSLPrivateKey)
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(files.certificate)
        } catch {
            throw StartError(.configuration, "the certificate '\(files.certificate)' \(problem(with: files.certificate))")
        }
        guard let own = certificates.first else {
            throw StartError(.configuration, "the certificate '\(files.certificate)' has no certificate in PEM format")
        }
        do {
            key = try NIOSSLPrivateKey(file: files.key, format: .pem)
        } catch {
            throw StartError(
                .configuration, "the key '\(files.key)' of the certificate '\(files.certificate)' \(problem(with: files.key))")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        do {
            let context = try NIOSSLContext(configuration: configuration)
            return Loaded(
                context: context, starts: Date(timeIntervalSince1970: Double(own.notValidBefore)),
                expires: Date(timeIntervalSince1970: Double(own.notValidAfter)))
        } catch {
            throw StartError(
                .configuration,
                "the key '\(files.key)' does not belong to the first certificate in '\(files.certificate)': use a matching pair")
        }
    }

    private static func problem(with file: String) -> String {
        access(file, R_OK) == 0 ? "is not valid PEM" : "cannot be read: \(String(cString: strerror(errno)))"
    }
}

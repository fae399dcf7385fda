import BuildStamp

/// The version of the command line.
enum Version {
    static let text = String(cString: build_version())
    /// `docker-cloud 0.1.0 (commit 43126bb2, 2026-11-30)`
    static let line = "docker-cloud \(text) (\(String(cString: build_stamp())))"
}

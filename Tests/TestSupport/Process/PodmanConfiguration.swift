import Foundation

/// The configuration of podman, buildah and skopeo for one test, apart from that of the machine.
package enum PodmanConfiguration {
    /// Writes the configuration and returns the environment variables that name it.
    ///
    /// - Parameters:
    ///   - folder: the folder for configuration and storage, as a path in the temporary folder; empty for that folder itself.
    ///   - runRoot: the folder for the state of running containers.
    ///   - registries: the content of registries.conf; without it, no registry is redirected.
    package static func write(
        to folder: String = "", in temporary: TemporaryDirectory, runRoot: String, registries: String = ""
    ) throws -> [String: String] {
        let prefix = folder.isEmpty ? "" : "\(folder)/"
        try temporary.write(#"{"default":[{"type":"insecureAcceptAnything"}]}"#, to: "\(prefix).config/containers/policy.json")
        let configuration = """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"

            """
        let storage = """
            [storage]
            driver = "vfs"
            graphroot = "\(temporary.path(of: "\(prefix)storage"))"
            runroot = "\(runRoot)"

            """
        return [
            "HOME": folder.isEmpty ? temporary.path : temporary.path(of: folder), "TMPDIR": temporary.path,
            "CONTAINERS_CONF": try temporary.write(configuration, to: "\(prefix)containers.conf"),
            "CONTAINERS_STORAGE_CONF": try temporary.write(storage, to: "\(prefix)storage.conf"),
            "CONTAINERS_REGISTRIES_CONF": try temporary.write(registries, to: "\(prefix)registries.conf"),
        ]
    }
}

package import ArgumentParser
import BuildStamp
import FoundationEssentials
import Glibc
import Logging
import ServiceLifecycle
import UnixSignals

/// `lighterman-agent`
package struct AgentCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lighterman-agent",
        abstract: "Reports the services that a container engine runs, so that their repositories are in use.",
        discussion: """
            The agent reads Docker Engine or Podman through its socket, or a Kubernetes cluster through its API, and reports services, \
            images and counts of containers to the server. It changes nothing on the engine.

            The server and the credential come from the environment, as for every client: DOCKERCLOUD_REST_HOST, and DOCKERCLOUD_USER \
            with DOCKERCLOUD_APIKEY, or DOCKERCLOUD_AUTH. The key needs no other scope than service:report:

              docker-cloud apikey create --scope service:report --label "agent on host1"

            Exit codes: 0 after SIGTERM or SIGINT, 64 for a wrong command line, 78 for a wrong setting. The agent keeps running if the \
            engine or the server cannot be reached, and tries again.
            """,
        version: Version.line)

    @Option(help: ArgumentHelp("The socket of Docker Engine or Podman.", valueName: "address"))
    package var engine = "unix:///var/run/docker.sock"

    @Option(help: ArgumentHelp("The name of the agent; by default, that of the host.", valueName: "host"))
    package var name: String?

    @Flag(help: "Report the pods of the Kubernetes cluster that the agent runs in.")
    package var kubernetes = false

    @Flag(help: "Log each look and report that succeeds or fails like the one before, too.")
    package var verbose = false

    package init() {}

    package func run() async throws {
        // A closed pipe at the other end of the log must not end the agent.
        signal(SIGPIPE, SIG_IGN)
        var logger = Logger(label: "lighterman-agent") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = verbose ? .debug : .info
        let settings: AgentSettings
        do {
            settings = try AgentSettings(
                engine: engine, isKubernetes: kubernetes, name: name, environment: ProcessInfo.processInfo.environment,
                hostName: AgentSettings.hostName())
        } catch {
            logger.error("\(error)")
            throw ExitCode(78)
        }
        var quiet = logger
        quiet.logLevel = .warning
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: AgentService(settings: settings, logger: logger), successTerminationBehavior: .gracefullyShutdownGroup)
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .milliseconds(800)
        try await ServiceGroup(configuration: configuration).run()
    }
}

enum Version {
    static let text = String(cString: build_version())
    /// `lighterman-agent 0.1.0 (commit 43126bb2, 2026-11-30)`
    static let line = "lighterman-agent \(text) (\(String(cString: build_stamp())))"
}

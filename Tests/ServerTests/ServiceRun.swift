import Logging
import ServiceLifecycle
import Testing

/// Runs a service as the server does, and expects it to stop promptly.
func running(_ service: any Service, _ body: () async throws -> Void) async throws {
    let group = ServiceGroup(services: [service], logger: Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() })
    async let ended: Void = group.run()
    try await body()
    let start = ContinuousClock.now
    await group.triggerGracefulShutdown()
    try await ended
    #expect(ContinuousClock.now - start < .seconds(5))
}

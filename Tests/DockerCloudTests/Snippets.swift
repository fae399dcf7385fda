import DockerCloud
import Foundation

// The Swift code of Sources/DockerCloud/README.md and docs/clients.md, which `SnippetTests` compares with this file.

// snippet: README, function
func register(_ name: String, username: String, password: String, through client: DockerCloudClient) async throws -> Repository {
    for try await repository in try client.repositories.list(registry: "registry.example") {
        print(repository.name, repository.state.rawValue, repository.lastPulledBy ?? "never pulled")
    }
    do {
        return try await client.repositories.register(name, username: username, password: password)
    } catch {
        guard error.code == .conflict else { throw error }
        return try await client.repositories.update(name, username: username, password: password)
    }
}
// end

enum Snippets {
    static func client(key: String) throws -> DockerCloudClient {
        // snippet: README, client
        let client = try DockerCloudClient(
            host: CloudHost("https://cloud.example"), authorization: .basic(user: "acme+ci", key: key), namespace: "acme")
        // end
        return client
    }

    static func program() async throws {
        // snippet: clients, program
        let variable = { ProcessInfo.processInfo.environment[$0] ?? "" }
        let authorization = try Authorization.basic(user: variable("DOCKERCLOUD_USER"), key: variable("DOCKERCLOUD_APIKEY"))
        let client = try DockerCloudClient(host: CloudHost(variable("DOCKERCLOUD_REST_HOST")), authorization: authorization)
        let name = "registry.local/user1/image1"
        for try await repository in try client.repositories.list() { print(repository.name) }
        let repository = try await client.repositories.register(name, username: "username", password: "password")
        print(repository.state.rawValue)
        try await client.repositories.remove(name)
        // end
    }
}

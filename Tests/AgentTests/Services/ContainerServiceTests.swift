import Testing
import Wire

@testable import Agent

@Suite("The services of containers")
struct ContainerServiceTests {
    private static let id = "sha256:a48448f8aa314331fab1c78a3e836eb0c9c841cb39716b59e318e432f1b2a9e8"
    private static let digest = "sha256:" + String(repeating: "0d", count: 32)

    static func container(
        _ name: String = "web", image: String = "registry.local/team/app:v1", state: String = "running", labels: [String: String] = [:],
        created: Int? = nil
    ) -> Container {
        Container(
            id: "d266c70b40638f01370b277c7b8457cd", names: ["/\(name)"], image: image, imageID: Self.id, created: created, labels: labels,
            state: state)
    }

    private static func compose(_ name: String = "web-1", state: String = "running", image: String = "shop/web:v1") -> Container {
        container(
            name, image: image, state: state, labels: ["com.docker.compose.project": "shop", "com.docker.compose.service": "web"])
    }

    private func services(_ containers: Container..., images: ImageNames? = nil, origin: String? = nil) -> [AgentReportBody.Service] {
        EngineState(
            containers: containers, images: images.map { [Self.id: $0] } ?? [:],
            origins: origin.map { [Self.container().id: $0] } ?? [:]
        ).services
    }

    @Test("A container without labels is a service of its own, named after the container")
    func plain() {
        #expect(
            services(Self.container(created: 1_796_030_400)) == [
                AgentReportBody.Service(
                    name: "web", kind: .container, imageName: "registry.local/team/app:v1", state: .running, currentNumContainers: 1,
                    runningNumContainers: 1, deployed: "Mon, 30 Nov 2026 09:20:00 +0000")
            ])
    }

    @Test("The containers of a Compose project's service are one service")
    func composed() {
        let found = services(Self.compose("web-1"), Self.compose("web-2", state: "exited"), Self.container("other"))
        #expect(found.map(\.name) == ["web", "other"])
        #expect(found[0].kind == .compose)
        #expect(found[0].stack == "shop")
        #expect(found[0].state == .partlyRunning)
        #expect(found[0].currentNumContainers == 2)
        #expect(found[0].runningNumContainers == 1)
        #expect(found[0].targetNumContainers == nil)
    }

    @Test(
        "Labels of Docker Compose and of podman-compose name project and service, in any combination",
        arguments: ["com.docker.compose.project", "io.podman.compose.project"], ["com.docker.compose.service", "io.podman.compose.service"])
    func labels(_ project: String, _ service: String) {
        let found = services(Self.container("shop_db_1", labels: [project: "shop", service: "db"]))
        #expect(found.map(\.kind) == [.compose])
        #expect(found.map(\.stack) == ["shop"])
        #expect(found.map(\.name) == ["db"])
    }

    @Test("A container of a project without a service is reported by its own name")
    func projectOnly() {
        let found = services(Self.container("shop_db_1", labels: ["io.podman.compose.project": "shop"]))
        #expect(found.map(\.kind) == [.container])
        #expect(found.map(\.stack) == ["shop"])
        #expect(found.map(\.name) == ["shop_db_1"])
    }

    @Test("An empty label names no service", arguments: ["com.docker.compose.service", "com.docker.swarm.service.name"])
    func emptyLabel(_ label: String) {
        let found = services(Self.container("shop_db_1", labels: ["com.docker.compose.project": "shop", label: ""]))
        #expect(found.map(\.kind) == [.container])
        #expect(found.map(\.name) == ["shop_db_1"])
    }

    @Test(
        "A container whose image lost its name, to a new image or for another name, is reported with the image that it was created from",
        arguments: [nil, ImageNames(tags: ["other/app:v1"], digests: [])])
    func renamedImage(_ images: ImageNames?) {
        let listed = Self.container(image: String(Self.id.dropFirst(7).prefix(12)))
        #expect(services(listed, images: images, origin: "registry.local/team/app:v1").map(\.imageName) == ["registry.local/team/app:v1"])
        for origin in [Self.id, String(Self.id.dropFirst(7).prefix(12)), "", nil] {
            #expect(services(listed, images: images, origin: origin).map(\.imageName) == images?.tags ?? [], "\(origin ?? "none")")
        }
    }

    @Test("A service with several images has one entry for each image")
    func images() {
        let found = services(Self.compose(), Self.compose(image: "shop/web:v2"), Self.compose(image: "shop/web:v2"))
        #expect(found.map(\.imageName) == ["shop/web:v1", "shop/web:v2"])
        #expect(found.map(\.currentNumContainers) == [1, 2])
    }

    @Test("A task of a Swarm on a worker is reported by the labels of its container, without a target")
    func worker() {
        let labels = [
            "com.docker.swarm.service.id": "5s86", "com.docker.swarm.service.name": "shop_web", "com.docker.stack.namespace": "shop",
        ]
        let found = services(Self.container("shop_web.1.vqlz", labels: labels), Self.container("shop_web.2.m70a", labels: labels))
        #expect(found.map(\.kind) == [.swarm])
        #expect(found.map(\.name) == ["shop_web"])
        #expect(found.map(\.stack) == ["shop"])
        #expect(found.map(\.runningNumContainers) == [2])
        #expect(found.map(\.targetNumContainers) == [nil])
    }

    @Test(
        "The state of a service follows from the states of its containers",
        arguments: [
            (["running"], .running), (["running", "paused"], .running), (["running", "created"], .partlyRunning),
            (["running", "exited"], .partlyRunning), (["restarting", "exited"], .starting), (["created"], .notRunning),
            (["created", "created"], .notRunning), (["configured"], .notRunning), (["created", "exited"], .stopped), (["exited"], .stopped),
            (["dead"], .stopped), (["removing"], .stopped), (["stopped"], .stopped), (["of a later version"], .stopped), ([""], .stopped),
        ] as [([String], AgentReportBody.Service.State)])
    func states(_ states: [String], _ expected: AgentReportBody.Service.State) {
        let found = EngineState(containers: states.map { Self.compose(state: $0) }).services
        #expect(found.map(\.state) == [expected])
        #expect(found.map(\.currentNumContainers) == [states.count])
    }

    @Test(
        "Created and stopped containers are reported, since they use their image", arguments: ["created", "exited", "dead", "paused"])
    func counts(_ state: String) {
        #expect(services(Self.container(state: state)).map(\.imageName) == ["registry.local/team/app:v1"])
    }

    @Test(
        "An image ID is resolved to the names of the image",
        arguments: [id, String(id.dropFirst(7)), "a48448f8aa31", String(id.dropFirst(7).prefix(20))])
    func resolved(_ image: String) {
        let names = ImageNames(
            tags: ["registry.local/team/app:v2", "registry.local/team/app:v1", "registry.local:5000/other:v1"],
            digests: ["registry.local/team/app@\(Self.digest)", "docker.io/library/third@\(Self.digest)", "<none>@<none>"])
        let found = services(Self.container(image: image), images: names)
        #expect(
            found.map(\.imageName) == [
                "docker.io/library/third@\(Self.digest)", "registry.local/team/app:v1", "registry.local:5000/other:v1",
            ])
        #expect(found.map(\.imageDigest) == [Self.digest, Self.digest, nil])
    }

    @Test("An image name that looks like an ID is a name, unless it begins the ID of the image")
    func hexadecimalName() {
        let names = ImageNames(tags: ["registry.local/team/app:v1"])
        #expect(services(Self.container(image: "deadbeefcafe"), images: names).map(\.imageName) == ["deadbeefcafe"])
        #expect(services(Self.container(image: "a48448"), images: names).map(\.imageName) == ["a48448"])
    }

    @Test(
        "A container whose image has no name is left out", arguments: [nil, ImageNames(), ImageNames(tags: ["<none>:<none>"], digests: [])])
    func unnamed(_ names: ImageNames?) {
        #expect(services(Self.container(image: Self.id), images: names).isEmpty)
    }

    @Test(
        "The digest of an image is that in its own repository",
        arguments: [
            ("registry.local/team/app:v1", digest), ("registry.local/team/app@\(digest)", digest), ("registry.local/other:v1", nil),
            ("registry.local/bad", nil),
        ])
    func digests(_ image: String, _ digest: String?) {
        let names = ImageNames(digests: ["registry.local/team/app@\(Self.digest)", "registry.local/bad@sha256:xyz"])
        #expect(services(Self.container(image: image), images: names).map(\.imageDigest) == [digest])
    }

    @Test("The alias of a linked container is not its name")
    func linked() {
        var container = Self.container()
        container.names = ["/other/alias", "/db"]
        #expect(services(container).map(\.name) == ["db"])
        container.names = nil
        #expect(services(container).map(\.name) == ["d266c70b4063"])
    }

    @Test("Names are bounded and contain no control characters; images that are no names are left out")
    func hostile() {
        let found = services(
            Self.container("a\n\u{1B}[31m\u{202E}b"), Self.container(String(repeating: "é", count: 1000)),
            Self.container(image: "a\nb"), Self.container(image: String(repeating: "a", count: 1025)), Self.container(image: "ünicode"),
            Self.container(image: "[::1]:5000/a"), Self.container(image: "registry.local/a@sha256:00"), Self.container(image: "a:b:c"))
        #expect(found.map(\.name) == ["a\u{FFFD}\u{FFFD}[31m\u{FFFD}b", String(repeating: "é", count: 255)])
    }

    @Test("The order of the containers does not change the report")
    func order() throws {
        let containers =
            (0..<20).map { Self.container("c\($0)", image: "i\($0 % 3)") } + [Self.compose("a"), Self.compose("b", state: "exited")]
        let reports = try (0..<10).map { _ in try Snapshot(EngineState(containers: containers.shuffled()).services).hash }
        #expect(Set(reports).count == 1)
        #expect(reports[0].count == 64)
        #expect(try Snapshot(EngineState(containers: Array(containers.dropLast())).services).hash != reports[0])
    }
}

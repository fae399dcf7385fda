import TestSupport
import Testing

@Suite(
    "A registry behind nginx, through the gateway",
    .enabled(if: GatewayScene.isPossible && NginxProxy.isInstalled, "nginx, docker-registry, htpasswd, skopeo or openssl is not installed"))
struct GatewayNginxTests {
    /// The registry creates upload locations from `Host`. With nginx's default, they have the registry's own port, so that the second
    /// request of an upload goes to another origin than the first.
    @Test("skopeo pulls and pushes, whichever Host the registry receives", .timeLimit(.minutes(3)), arguments: NginxProxy.Host.allCases)
    func copies(_ host: NginxProxy.Host) async throws {
        try await GatewayScene.run { scene in
            try await NginxProxy.run(before: scene.withPasswords.port, host: host) { proxy in
                let name = "\(proxy.authority)/user1/image1"
                try await scene.cloud(
                    "repository", "register", "-u", "carol", "-p", GatewayScene.passwords["carol"] ?? "", name)
                let tools = try ContainerTools(scene)
                try await tools.logIn(with: "skopeo")
                let image = "docker://\(scene.host)/\(name.replacing(":", with: "_"))"
                try await tools.succeed(
                    "skopeo", "copy", "--quiet", "--src-tls-verify=false", "\(image):v1", "oci:\(scene.folder.path(of: "behind")):v1")
                try await tools.succeed(
                    "skopeo", "copy", "--quiet", "--dest-tls-verify=false", "oci:\(scene.folder.path(of: "behind")):v1", "\(image):pushed")
                #expect(scene.withPasswords.hasTag("pushed", in: "user1/image1"))
                // A layer that the registry does not have yet is uploaded.
                try await tools.succeed(
                    "skopeo", "copy", "--quiet", "--src-tls-verify=false", "--dest-tls-verify=false",
                    "docker://\(scene.name(of: scene.annas)):v1", "docker://\(scene.host)/\(name.replacing(":", with: "_")):other")
                #expect(scene.withPasswords.hasTag("other", in: "user1/image1"))
            }
        }
    }
}

import Testing

@testable import RegistryClient

@Suite("Scopes of registries' challenges")
struct TokenScopeTests {
    @Test(
        "A scope is requested if it covers this repository and no more rights than the request",
        arguments: [
            ("repository:team/image:pull", UpstreamRights.pull), ("repository:team/image:metadata_read", .pull),
            ("repository:team/image:pull,metadata_read", .pull), ("repository:prefix/team/image:pull", .pull),
            ("repository:image:pull", .pull), ("repository:registry.example:5000/team/image:pull", .pull),
            ("repository(plugin):team/image:pull", .pull), ("repository:team/image:push,pull", .pullAndPush),
            ("repository:team/image:push", .pullAndPush), ("repository:team/image:delete", .delete),
            ("repository:team/image:pull repository:prefix/team/image:pull", .pull),
        ])
    func accepted(_ text: String, _ rights: UpstreamRights) {
        #expect(TokenScope(challenge: text, rights: rights, on: "team/image")?.texts == text.split(separator: " ").map(String.init))
    }

    @Test(
        "Other scopes are not requested",
        arguments: [
            ("repository:team/image:*", UpstreamRights.pullAndPush), ("registry:catalog:*", .pull),
            ("repository:team/image:pull,push", .pull),
            ("repository:team/image:delete", .pullAndPush), ("repository:team/other:pull", .pull), ("repository:user/image:pull", .pull),
            ("repository:xteam/image:pull", .pull), ("repository:team/image/x:pull", .pull), ("repository:team/image:", .pull),
            ("repository:team/image", .pull), ("", .pull), ("aws", .pull), ("registry:team/image:pull", .pull), (":team/image:pull", .pull),
            ("repository:team/image:pull registry:catalog:*", .pull), ("repository::pull", .pull),
        ])
    func refused(_ text: String, _ rights: UpstreamRights) {
        #expect(TokenScope(challenge: text, rights: rights, on: "team/image") == nil)
    }
}

import Domain
import HTTPSupport
import Naming
import Wire

/// An input is the target of a request: a path and a query.
@_cdecl("LLVMFuzzerTestOneInput")
public func readTarget(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Input(start, count).text
    expectOneSpelling(text)
    if let path = try? APIPath(parsing: text) {
        expectNames(path)
        expectStable(path)
        expectTarget(text)
    }
    return 0
}

/// An accepted target has a canonical path that is byte by byte the one that was sent.
private func expectOneSpelling(_ text: String) {
    guard let target = try? Target(parsing: text) else { return }
    let path = target.path
    let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    let isClean = path.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"%\\;#?".utf8.contains($0) }
    expect(path.utf8.elementsEqual(text.utf8.prefix { $0 != UInt8(ascii: "?") }), "'\(path)' is what was sent")
    expect(path.utf8.first == UInt8(ascii: "/") && isClean, "'\(path)' is absolute and has allowed bytes only")
    expect(!segments.dropLast().contains(""), "'\(path)' has no empty segment")
    expect(!segments.contains(".") && !segments.contains(".."), "'\(path)' has no segment '.' or '..'")
    expect(!APIKeySecret.isPresent(in: text.utf8), "a key in a URL is refused")
}

private func expectNames(_ path: APIPath) {
    path.namespace.map(NameGrammar.expectCanonical)
    switch path.resource {
    case .repository(let name): NameGrammar.expectCanonical(name)
    case .registry(let authority): NameGrammar.expectCanonical(authority)
    case .user(let name), .organization(let name), .members(of: let name): NameGrammar.expectCanonical(name)
    case .member(let name, of: let organization):
        NameGrammar.expectCanonical(name)
        NameGrammar.expectCanonical(organization)
    case .robot(let name): expect((try? RobotName(parsing: name.description)) == name, "'\(name)' is read as itself")
    case .agentReport(let name): expect((try? AgentName(parsing: name.description)) == name, "'\(name)' is read as itself")
    case .apiKey(let id), .apiKeyRenewal(let id?): expect(!id.isEmpty && id.utf8.allSatisfy { $0 < 0x80 }, "'\(id)' is an identifier")
    case .repositories, .registries, .verifications, .actions, .action, .users, .organizations, .robots, .apiKeys,
        .apiKeyRenewal(nil), .services, .service, .agents, .agent:
        break
    }
}

private func expectStable(_ path: APIPath) {
    let text = path.description
    expect((try? APIPath(parsing: text)) == path, "'\(text)' is read as the path that it describes")
    expect((try? APIPath(parsing: text.dropLast())) == path, "'\(text)' may lack the slash at its end")
    expectTarget(text)
}

/// The router's parser accepts nothing that `Target` rejects, except for keys in a path.
private func expectTarget(_ path: String) {
    let target = try? Target(parsing: path)
    expect(target.map { isSame($0.path, path) } ?? APIKeySecret.isPresent(in: path.utf8), "'\(path)' is the path of a target")
}

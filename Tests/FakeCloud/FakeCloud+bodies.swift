import FoundationEssentials

extension FakeCloud.Request {
    /// The members of the body; none where it is no object of texts.
    package var members: [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(body.utf8))) ?? [:]
    }
}

extension FakeCloud.Reply {
    package static func ok(_ body: String) -> Self { .answer(status: 200, body: body) }
    package static let noContent = Self.answer(status: 204, body: "")

    package static func failure(_ status: Int, _ message: String, requestID: String? = nil) -> Self {
        .answer(
            status: status, body: #"{"error": "\#(message)"}"#, headers: requestID.map { ["X-Request-Id": $0] } ?? [:])
    }

    /// The last page of a list, or one with a next page.
    package static func page(_ objects: [String], next: String? = nil) -> Self {
        let next = next.map { "\"\($0)\"" } ?? "null"
        return .ok(
            #"{"meta": {"limit": 25, "next": \#(next), "offset": 0, "previous": null, "total_count": 9}, "objects": "#
                + "[\(objects.joined(separator: ", "))]}")
    }
}

/// Bodies as the server writes them.
package enum Body {
    package static func repository(
        _ name: String = "registry.local/user1/image1", inUse: Bool = false, state: String = "Verified", reason: String? = nil,
        pull: String = "yes", push: String = "unknown", more: String = ""
    ) -> String {
        let host = name.split(separator: "/").first.map(String.init) ?? ""
        return #"{"checked_datetime": "Mon, 13 Oct 2014 11:01:43 +0000", "created_datetime": "Mon, 13 Oct 2014 11:01:42 +0000", "#
            + #""granted": {"pull": "\#(pull)", "push": "\#(push)"}, "in_use": \#(inUse), "#
            + #""modified_datetime": "Mon, 13 Oct 2014 11:01:44 +0000", "name": "\#(name)", "#
            + #""registry": "/api/repo/v1/alice/registry/\#(host)/", "#
            + #""resource_uri": "/api/repo/v1/alice/repository/\#(name)/", "state": "\#(state)", "#
            + #""state_reason": \#(reason.map { "\"\($0)\"" } ?? "null")\#(more)}"#
    }

    package static func registry(_ authority: String = "registry.local:5000", isSSL: String = "true", port: String = "5000") -> String {
        let host = authority.split(separator: ":").first.map(String.init) ?? ""
        return #"{"host": "\#(host)", "is_docker_registry": false, "is_ssl": \#(isSSL), "name": "\#(authority)", "#
            + #""port": \#(port), "resource_uri": "/api/repo/v1/alice/registry/\#(authority)/"}"#
    }
}

import FoundationEssentials

extension FakeCloud.Request {
    /// The members of the body; empty if it is not an object of strings.
    package var members: [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(body.utf8))) ?? [:]
    }
}

extension FakeCloud.Reply {
    package static func ok(_ body: String) -> Self { .response(status: 200, body: body) }
    package static let noContent = Self.response(status: 204, body: "")

    package static func failure(_ status: Int, _ message: String, code: String? = nil, requestID: String? = nil) -> Self {
        .response(
            status: status, body: #"{"error": "\#(message)"\#(code.map { #", "code": "\#($0)""# } ?? "")}"#,
            headers: requestID.map { ["X-Request-Id": $0] } ?? [:])
    }

    /// The last page of a list, or one with a next page.
    package static func page(_ objects: [String], next: String? = nil) -> Self {
        let next = next.map { "\"\($0)\"" } ?? "null"
        return .ok(
            #"{"meta": {"limit": 25, "next": \#(next), "offset": 0, "previous": null, "total_count": 9}, "objects": "#
                + "[\(objects.joined(separator: ", "))]}")
    }
}

extension String {
    /// The JSON object with more members: `"a": 1, "b": 2`.
    package func adding(_ members: String) -> String { dropLast() + ", \(members)}" }
}

/// Response bodies in the server's format.
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

/// Response bodies for accounts and the audit trail.
extension Body {
    package static func user(_ name: String = "carol", isAdministrator: Bool = false, isDisabled: Bool = false) -> String {
        #"{"created_datetime": "Mon, 13 Oct 2014 11:01:43 +0000", "is_administrator": \#(isAdministrator), "#
            + #""is_disabled": \#(isDisabled), "name": "\#(name)", "resource_uri": "/api/account/v1/user/\#(name)/"}"#
    }

    package static func organization(_ name: String = "acme", permission: String = "admin") -> String {
        #"{"created_datetime": "Mon, 13 Oct 2014 11:01:43 +0000", "name": "\#(name)", "permission": "\#(permission)", "#
            + #""resource_uri": "/api/account/v1/organization/\#(name)/"}"#
    }

    package static func member(_ name: String = "carol", permission: String = "write") -> String {
        #"{"created_datetime": "Mon, 13 Oct 2014 11:01:43 +0000", "name": "\#(name)", "#
            + #""organization": "/api/account/v1/organization/acme/", "permission": "\#(permission)", "#
            + #""resource_uri": "/api/account/v1/organization/acme/member/\#(name)/"}"#
    }

    package static func robot(_ name: String = "ci", permission: String = "read") -> String {
        #"{"account": "acme+\#(name)", "created_datetime": "Mon, 13 Oct 2014 11:01:43 +0000", "name": "\#(name)", "#
            + #""organization": "/api/account/v1/organization/acme/", "permission": "\#(permission)", "#
            + #""resource_uri": "/api/account/v1/acme/robot/\#(name)/"}"#
    }

    /// An API key. Dates that are nil are `null`. Only the response to its creation contains the key itself.
    package static func apiKey(
        _ id: String = "4bVn0cQw8ZrT", label: String = "build server", expires: String? = "Mon, 13 Oct 2014 11:01:43 +0000",
        lastUsed: String? = nil, revoked: String? = nil, key: String? = nil
    ) -> String {
        func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
        return #"{"account": "acme+ci", "created_datetime": "Mon, 13 Oct 2014 11:01:42 +0000", "#
            + #""expires_datetime": \#(text(expires)), "id": "\#(id)", \#(key.map { #""key": "\#($0)", "# } ?? "")"label": "\#(label)", "#
            + #""last_used_datetime": \#(text(lastUsed)), "namespace": "acme", "repositories": ["registry.local/team/*"], "#
            + #""resource_uri": "/api/account/v1/apikey/\#(id)/", "revoked_datetime": \#(text(revoked)), "#
            + #""scopes": ["pull", "repository:read"]}"#
    }

    package static func action(
        _ uuid: String = "0b5f8e6c-7d3a-4c1e-9f2b-1a2b3c4d5e6f", action: String = "Repository Create", state: String = "Success",
        status: Int? = nil
    ) -> String {
        #"{"action": "\#(action)", "can_be_canceled": false, "can_be_retried": false, "#
            + #""end_date": "Mon, 13 Oct 2014 11:01:44 +0000", "ip": "192.0.2.1", "is_user_action": true, "location": "", "#
            + #""method": "POST", "object": "/api/repo/v1/acme/repository/registry.local/user1/image1/", "#
            + #""path": "/api/repo/v1/acme/repository/", "resource_uri": "/api/audit/v1/acme/action/\#(uuid)/", "#
            + #""start_date": "Mon, 13 Oct 2014 11:01:43 +0000", "state": "\#(state)", "status": \#(status.map(String.init) ?? "null"), "#
            + #""user": "acme+ci", "user_agent": "tests/1", "uuid": "\#(uuid)"}"#
    }
}

/// Response bodies for services and agents.
extension Body {
    package static let agentUUID = "7d3c1f6e-1b2a-4c3d-8e4f-5a6b7c8d9e0f"

    package static func agent(_ name: String = "host-1", uuid: String = agentUUID, isStale: Bool = false) -> String {
        #"{"account": "acme+ci", "created_datetime": "Mon, 13 Oct 2014 11:01:42 +0000", "engine": "docker", "is_stale": \#(isStale), "#
            + #""name": "\#(name)", "reported_datetime": "Mon, 13 Oct 2014 11:01:43 +0000", "#
            + #""resource_uri": "/api/app/v1/alice/agent/\#(uuid)/", "services": 2, "uuid": "\#(uuid)"}"#
    }

    package static func service(
        _ name: String = "web", uuid: String = "5d3c1f6e-1b2a-4c3d-8e4f-5a6b7c8d9e0f", image: String = "registry.local/user1/image1",
        state: String = "Not running", agent: String? = nil, isStale: Bool = false
    ) -> String {
        func text(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
        let date = agent == nil ? "null" : #""Mon, 13 Oct 2014 11:01:43 +0000""#
        return #"{"agent": \#(text(agent.map { _ in "/api/app/v1/alice/agent/\(agentUUID)/" })), "agent_name": \#(text(agent)), "#
            + #""is_stale": \#(isStale), "kind": \#(text(agent.map { _ in "compose" })), "reported_datetime": \#(date), "#
            + #""created_datetime": "Mon, 13 Oct 2014 11:01:43 +0000", "current_num_containers": 0, "deployed_datetime": \#(date), "#
            + #""image_digest": null, "image_name": "\#(image):v1", "image_tag": "v1", "#
            + #""modified_datetime": "Mon, 13 Oct 2014 11:01:44 +0000", "name": "\#(name)", "nickname": "\#(name)", "public_dns": "", "#
            + #""repository": "\#(image)", "resource_uri": "/api/app/v1/alice/service/\#(uuid)/", "running_num_containers": 0, "#
            + #""stack": \#(text(agent.map { _ in "shop" })), "state": "\#(state)", "synchronized": true, "target_num_containers": null, "uuid": "\#(uuid)"}"#
    }
}

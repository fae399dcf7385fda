import FoundationEssentials
import Naming
import Wire

extension Pattern<Void> {
    static var repositories: Self {
        Self("/api/repo/v1/[namespace/]repository/") { if case .repositories = $0 { () } else { nil } }
    }

    static var registries: Self {
        Self("/api/repo/v1/[namespace/]registry/") { if case .registries = $0 { () } else { nil } }
    }

    static var verifications: Self {
        Self("/api/repo/v1/[namespace/]verification/") { if case .verifications = $0 { () } else { nil } }
    }

    static var actions: Self {
        Self("/api/audit/v1/[namespace/]action/") { if case .actions = $0 { () } else { nil } }
    }

    static var users: Self {
        Self("/api/account/v1/user/") { if case .users = $0 { () } else { nil } }
    }

    static var organizations: Self {
        Self("/api/account/v1/organization/") { if case .organizations = $0 { () } else { nil } }
    }

    static var robots: Self {
        Self("/api/account/v1/[namespace/]robot/") { if case .robots = $0 { () } else { nil } }
    }

    static var apiKeys: Self {
        Self("/api/account/v1/apikey/") { if case .apiKeys = $0 { () } else { nil } }
    }
}

extension Pattern<RepositoryName> {
    static var repository: Self {
        Self("/api/repo/v1/[namespace/]repository/(name)/") { if case .repository(let name) = $0 { name } else { nil } }
    }
}

extension Pattern<RegistryAuthority> {
    static var registry: Self {
        Self("/api/repo/v1/[namespace/]registry/(host)/") { if case .registry(let authority) = $0 { authority } else { nil } }
    }
}

extension Pattern<UUID> {
    static var action: Self {
        Self("/api/audit/v1/[namespace/]action/(uuid)/") { if case .action(let id) = $0 { id } else { nil } }
    }
}

extension Pattern<NamespaceName> {
    static var user: Self {
        Self("/api/account/v1/user/(name)/") { if case .user(let name) = $0 { name } else { nil } }
    }

    static var organization: Self {
        Self("/api/account/v1/organization/(name)/") { if case .organization(let name) = $0 { name } else { nil } }
    }

    static var members: Self {
        Self("/api/account/v1/organization/(name)/member/") { if case .members(let organization) = $0 { organization } else { nil } }
    }
}

extension Pattern<(name: NamespaceName, organization: NamespaceName)> {
    static var member: Self {
        Self("/api/account/v1/organization/(name)/member/(user)/") {
            if case .member(let name, let organization) = $0 { (name, organization) } else { nil }
        }
    }
}

extension Pattern<RobotName> {
    static var robot: Self {
        Self("/api/account/v1/[namespace/]robot/(name)/") { if case .robot(let name) = $0 { name } else { nil } }
    }
}

extension Pattern<String> {
    static var apiKey: Self {
        Self("/api/account/v1/apikey/(id)/") { if case .apiKey(let id) = $0 { id } else { nil } }
    }
}

extension Pattern<String?> {
    static var apiKeyRenewal: Self {
        Self("/api/account/v1/apikey/(id)/renewal/") { if case .apiKeyRenewal(let id) = $0 { .some(id) } else { nil } }
    }
}

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

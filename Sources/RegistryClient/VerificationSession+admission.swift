import Domain

// How it gets in.
extension Session {
    /// Does what the registry asks for.
    /// - Returns: why there is no going on; nil where there is.
    mutating func admit(after response: RegistryResponse) async -> VerificationOutcome.Verdict? {
        switch Authentication(response) {
        case .open: return nil
        case .basic:
            guard let credential else { return .refused(reason: about("it asks for a user name and a password")) }
            admission = .basic(credential.basic)
            return nil
        case .bearer(let realm, let service): return await admit(with: realm, service)
        case .unspoken(let reason): return .unspoken(reason: about(reason))
        case .silent(let reason): return .silent(reason: about(reason))
        }
    }

    private mutating func admit(with name: String, _ service: String?) async -> VerificationOutcome.Verdict? {
        do throws(RealmError) {
            let realm = try RealmRule(registry: endpoint).realm(named: name)
            return await admit(
                by: TokenSource(
                    transport: transport, realm: realm, service: service, path: path, credential: credential, deadline: deadline))
        } catch {
            return .forbidden(reason: about(error.reason(for: endpoint.authority, hiding: credential)))
        }
    }

    private mutating func admit(by source: TokenSource) async -> VerificationOutcome.Verdict? {
        do throws(TokenError) {
            let (token, granted) = try await source.token()
            admission = .bearer(token, granted: granted, from: source)
            return nil
        } catch {
            switch error {
            case .refused(let reason), .denied(let reason): return .refused(reason: about(reason))
            case .silent(let reason): return .silent(reason: about(reason))
            case .forbidden(let reason): return .forbidden(reason: about(reason))
            case .limited(let limit): return .limited(limit)
            }
        }
    }
}

import Configuration
import Domain
import Foundation
import NIOCore
import TestSupport
import Testing
import Wire

@testable import Gateway
@testable import HTTPSupport
@testable import Naming
@testable import Operations
@testable import RegistryClient
@testable import Server

@Suite("docs/limits.md") struct LimitsDocumentationTests {
    private static func number(_ number: Int) -> String {
        let digits = Array("\(number)")
        return digits.indices.map { ($0 > 0 && (digits.count - $0).isMultiple(of: 3) ? "," : "") + String(digits[$0]) }.joined()
    }

    private static func seconds(_ time: Duration) -> Int { Int(time / .seconds(1)) }

    private static var rows: [String] {
        let connection = ConnectionLimits()
        let lists = ListLimits()
        let limits = RegistryLimits()
        let upstream = UpstreamLimits()
        func total(_ limiter: FairLimiter) -> String { number(limiter.limits.total) }
        func account(_ limiter: FairLimiter) -> String { number(limiter.limits.perAccount) }
        return [
            "| agents of an account, and their services | \(number(Backend.maximumAgents)) and \(number(Backend.maximumServicesOfAgents)) |",
            "| lifetime of an API key | \(APIKeyInput.maximumDays) days; \(APIKeyInput.days) by default |",
            "| name of a user or an organization | \(NamespaceName.lengths.lowerBound) to \(NamespaceName.lengths.upperBound) characters |",
            "| path of a repository; name of a host | \(RepositoryName.maximumPathLength) and \(HostGrammar.maximumLength) characters |",
            "| head of a request | \(number(connection.headBytes)) bytes, \(connection.headFields) fields, \(seconds(connection.headTime)) s |",
            "| idle connection | \(seconds(connection.idleTime)) s |",
            "| body of a request, on average | \(number(connection.bodyRate)) bytes a second |",
            "| JSON of a request | \(number(Call.bodyLimit)) bytes, \(JSONReader.maximumDepth) levels |",
            "| report of an agent | \(AgentReportBody.maximumLength >> 20) MiB, \(number(AgentReportBody.maximumServices)) services |",
            "| page of a list | \(number(Page.maximumLimit)) objects; \(Page.defaultLimit) by default |",
            "| total of a filtered list | counted up to \(number(Listing<Action>.countLimit)) |",
            "| reading of a list | 2 s; \(total(lists.lists)) at a time, \(account(lists.lists)) of one account; searches \(total(lists.searches)) and \(account(lists.searches)) |",
            "| gateway token | \(GatewayTokens.lifetime) s; ",
            "| verifications in progress | \(total(limits.verifications)); \(RegistryLimits.verificationsPerRegistry) at one registry, \(account(limits.verifications)) of one account |",
            "| DNS look-ups | \(total(limits.lookups)); \(account(limits.lookups)) of one account |",
            "| response of a registry | \(upstream.response.nanoseconds / 1_000_000_000) s (`--upstream-timeout`) |",
            "| redirects of a request | \(Redirect.limit) |",
            "\(RegistryLimits.manifestBytes >> 20) MiB of large ones in memory",
            "| expiring keys in the metrics | counted up to \(number(StoredCounts.limit)) |",
        ]
    }

    @Test("The numbers are those of the code", arguments: rows) func numbers(_ row: String) throws {
        let text = try String(contentsOfFile: "\(Binaries.package)/docs/limits.md", encoding: .utf8)
        #expect(text.contains(row))
    }

    @Test("The numbers of the settings are their defaults") func settings() throws {
        let text = try String(contentsOfFile: "\(Binaries.package)/docs/limits.md", encoding: .utf8)
        for setting in [Setting.organizationLimit, .auditRetention, .maxConnections, .upstreamTimeout] {
            guard case .int(let value) = setting.defaultValue else { continue }
            let line = try #require(text.split(separator: "\n").first { $0.contains("`--\(setting.name)`") }, "\(setting.name)")
            #expect(line.contains("| \(Self.number(value)) "), "\(line)")
        }
    }
}

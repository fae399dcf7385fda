import AsyncHTTPClient
import Foundation
import NIOCore
import TestSupport
import Testing

@Suite("The alerts and the dashboard of the folder deploy") struct MonitoringTests {
    private static let promtool = ProgramPath.find("promtool")
    private static let missing: Comment = "promtool is not installed: Debian's package is prometheus"
    private static let alerts = "\(Binaries.package)/deploy/alerts.yaml"

    @Test(
        "Prometheus accepts the alerts, and they fire in the tests of alerts.test.yaml only when something is wrong",
        .enabled(if: promtool != nil, missing))
    func rules() async throws {
        let promtool = try #require(Self.promtool)
        let checked = try await run(promtool, ["check", "rules", Self.alerts])
        #expect(checked.status == 0, "\(checked.stdout)\(checked.stderr)")
        #expect(checked.stdout.contains("13 rules found"), "\(checked.stdout)")
        let tested = try await run(promtool, ["test", "rules", "\(Binaries.package)/deploy/alerts.test.yaml"])
        #expect(tested.status == 0 && tested.stdout.contains("SUCCESS"), "\(tested.stdout)\(tested.stderr)")
    }

    @Test("Prometheus accepts every expression of the dashboard", .enabled(if: promtool != nil, missing)) func expressions() async throws {
        let promtool = try #require(Self.promtool)
        let rules = try Self.dashboard().expressions.enumerated().map { number, expression in
            let text = expression.replacing("$__rate_interval", with: "5m").replacing("$job", with: "lighterman")
            return "      - record: panel:\(number)\n        expr: '\(text.replacing("'", with: "''"))'\n"
        }
        try await TemporaryDirectory.with { folder in
            let file = try folder.write("groups:\n  - name: dashboard\n    rules:\n\(rules.joined())", to: "rules.yaml")
            let checked = try await run(promtool, ["check", "rules", file])
            #expect(checked.status == 0 && checked.stdout.contains("\(rules.count) rules found"), "\(checked.stdout)\(checked.stderr)")
        }
    }

    @Test(
        "The server has every series that the alerts and the dashboard name, and the dashboard and the documentation name all of its metrics"
    )
    func series() async throws {
        let dashboard = try Self.dashboard()
        #expect(dashboard.expressions.count >= 18)
        let alerts = try String(contentsOfFile: Self.alerts, encoding: .utf8)
        let documentation = try String(contentsOfFile: "\(Binaries.package)/docs/operating.md", encoding: .utf8)
        try await LightermanProcess.with(in: try TemporaryDirectory(), ["--metrics", "127.0.0.1:0"]) { server in
            let url = try #require(server.log.firstMatch(of: /metrics are served without authentication url="?(http:[^ "\n]+)/)).1
            let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: String(url)), timeout: .seconds(30))
            let metrics = String(buffer: try await response.body.collect(upTo: 1 << 20))
            let lines = metrics.split(separator: "\n").filter { !$0.hasPrefix("#") }
            for (source, text) in [("alerts", alerts)] + dashboard.expressions.map({ ("dashboard", $0) }) {
                let selectors = text.matches(of: /\b((?:lighterman|process)_[a-z0-9_]+)(\{[^}]*\})?/)
                #expect(!selectors.isEmpty, "\(source): \(text)")
                for selector in selectors {
                    let named = lines.filter { $0.hasPrefix("\(selector.1){") || $0.hasPrefix("\(selector.1) ") }
                    #expect(!named.isEmpty, "\(source): \(selector.0)")
                    for matcher in (selector.2 ?? "").matches(of: /([a-z]+)=~?"([^"]*)"/) where !["job", "instance"].contains(matcher.1) {
                        for value in matcher.2.split(separator: "|") {
                            #expect(named.contains { $0.contains("\(matcher.1)=\"\(value)\"") }, "\(source): \(selector.0) \(value)")
                        }
                    }
                }
            }
            let families = metrics.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }.map { String($0.split(separator: " ")[2]) }
            #expect(families.count >= 18)
            for family in families {
                #expect(documentation.contains("`\(family)`"), "\(family) is not documented")
                guard family.hasPrefix("lighterman_") else { continue }
                #expect(dashboard.expressions.contains { $0.contains(family) }, "\(family) is not in the dashboard")
            }
        }
    }

    private static func dashboard() throws -> Dashboard {
        try JSONDecoder().decode(Dashboard.self, from: Data(contentsOf: URL(filePath: "\(Binaries.package)/deploy/grafana.json")))
    }

    /// The part of Grafana's format that has the queries.
    private struct Dashboard: Decodable {
        struct Panel: Decodable {
            struct Target: Decodable { let expr: String }

            let targets: [Target]?
        }

        let panels: [Panel]

        var expressions: [String] { panels.flatMap { $0.targets ?? [] }.map(\.expr) }
    }
}

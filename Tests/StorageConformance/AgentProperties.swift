package import Domain
package import FoundationEssentials
package import Naming
import Storage
import Testing

extension StoreProperty {
    static let agents = [
        StoreProperty("An agent is read back as stored, in the namespaces in which it reports only") { store in
            let account = try Sample.account("carol")
            try await store.write { try $0.insert(account) }
            var agent = try Sample.agent(of: account)
            #expect(try await store.read { try $0.runningTimeOfReports() } == 0)
            for number in 1...2 {
                agent.report = Sample.report(sequence: number, ran: 100.5 * Double(number))
                agent.replaced = (0..<number).map { _ in UUID() }
                let stored = agent
                try await store.write { try $0.put(stored, services: [], in: [Sample.team()]) { UUID() } }
                #expect(try await store.read { try $0.agent(stored.name, of: account.id) } == stored)
                #expect(try await store.read { try $0.agent(stored.id, in: Sample.team()) } == stored)
                #expect(try await store.read { try $0.agent(stored.id, in: Sample.others()) } == nil)
                #expect(try await store.read { try $0.runningTimeOfReports() } == 100.5 * Double(number))
            }
            let other = agent
            #expect(try await store.read { try $0.agent(other.name, of: UUID()) } == nil)
            try await store.write { try $0.deleteAgent(other.id) }
            #expect(try await store.read { try $0.agent(other.name, of: account.id) } == nil)
            await #expect(throws: StoreError.stale) { try await store.write { try $0.deleteAgent(other.id) } }
        },
        StoreProperty("A reported service is seen where its repository is registered and its agent reports, in any order of events") {
            store in
            let account = try Sample.account("carol")
            let agent = try Sample.agent(of: account)
            let (team, others) = (try Sample.team(), try Sample.others())
            let services = try ["registry.example/a:v1", "registry.example/b", "registry.example/a:v2"].map {
                try Sample.reported("web", $0)
            }
            let (early, late) = (try Sample.repository("registry.example/a"), try Sample.repository("registry.example/b"))
            try await store.write { writer in
                try writer.insert(account)
                try writer.add(early)
                try writer.put(agent, services: services, in: [team]) { UUID() }
            }
            #expect(try await images(in: store) == [["registry.example/a:v1", "registry.example/a:v2"], []])
            try await store.write { writer in
                try writer.add(late)
                try writer.add(Sample.repository("registry.example/a", in: others))
            }
            #expect(try await images(in: store) == [["registry.example/a:v1", "registry.example/a:v2", "registry.example/b"], []])
            #expect(try await store.find(late)?.isInUse == true)
            try await store.write { try $0.put(agent, services: nil, in: [team, others]) { UUID() } }
            #expect(try await images(in: store)[1] == ["registry.example/a:v1", "registry.example/a:v2"])
            #expect(try await store.read { try $0.agent(agent.id, in: team)?.services } == 3)
            #expect(try await store.read { try $0.agent(agent.id, in: others)?.services } == 2)
            #expect(try await store.read { try $0.agent(agent.name, of: account.id)?.services } == 3)
            try await store.write { try $0.delete(early) }
            #expect(try await images(in: store) == [["registry.example/b"], ["registry.example/a:v1", "registry.example/a:v2"]])
            try await store.write { try $0.put(agent, services: nil, in: [others]) { UUID() } }
            #expect(try await images(in: store) == [[], ["registry.example/a:v1", "registry.example/a:v2"]])
            #expect(try await store.find(late)?.isInUse == false)
            try await store.write { try $0.removeAgent(agent.id, from: others) }
            #expect(try await images(in: store) == [[], []])
            // No namespace shows it any more.
            #expect(try await store.read { try $0.agent(agent.name, of: account.id) } == nil)
            #expect(try await store.read { try $0.agentTotals(of: account.id) } == (0, 0))
            await #expect(throws: StoreError.stale) { try await store.write { try $0.removeAgent(agent.id, from: others) } }
        },
        StoreProperty("A service that is reported again keeps its identifier, and one that is not reported is deleted") { store in
            let account = try Sample.account("carol")
            let agent = try Sample.agent(of: account)
            try await store.write { writer in
                try writer.insert(account)
                for name in ["a", "b", "c"] { try writer.add(Sample.repository("registry.example/\(name)")) }
                let services = try ["a:v1", "a:v1", "b"].map { try Sample.reported("web", "registry.example/\($0)") }
                try writer.put(agent, services: services, in: [Sample.team()]) { UUID() }
            }
            let before = try await listed(in: store)
            #expect(before.count == 3)
            try await store.write { writer in
                let services = try ["a:v1", "a:v2", "c"].map { try Sample.reported("web", "registry.example/\($0)", state: .stopped) }
                try writer.put(agent, services: services, in: [Sample.team()]) { UUID() }
            }
            let after = try await listed(in: store)
            #expect(Set(after.map(\.image.text)) == ["registry.example/a:v1", "registry.example/a:v2", "registry.example/c"])
            #expect(after.allSatisfy { $0.state == .stopped && $0.containers == Service.Containers(current: 2, running: 1) })
            #expect(Set(after.map(\.id)).intersection(before.map(\.id)).count == 2)
            #expect(after.allSatisfy { $0.source?.agent == agent.id && $0.source?.stack?.description == "shop" })
        },
        StoreProperty("A service whose image names a namespace is seen there only, in any order of events") { store in
            let account = try Sample.account("carol")
            let agent = try Sample.agent(of: account)
            let (team, others) = (try Sample.team(), try Sample.others())
            func report(_ namespaces: NamespaceName?...) async throws {
                let services = try namespaces.map { try Sample.reported("web", "registry.example/a:\($0 == nil ? "v0" : "v1")", in: $0) }
                try await store.write { try $0.put(agent, services: services, in: [team, others]) { UUID() } }
            }
            try await store.write { writer in
                try writer.insert(account)
                try writer.add(Sample.repository("registry.example/a"))
                try writer.add(Sample.repository("registry.example/a", in: others))
            }
            try await report(team)
            #expect(try await images(in: store) == [["registry.example/a:v1"], []])
            // The same service of the other namespace.
            try await report(others)
            #expect(try await images(in: store) == [[], ["registry.example/a:v1"]])
            try await report(others, nil)
            #expect(try await images(in: store) == [["registry.example/a:v0"], ["registry.example/a:v0", "registry.example/a:v1"]])
            try await report(try NamespaceName(parsing: "elsewhere"))
            #expect(try await images(in: store) == [[], []])
            try await report(others)
            // The repository is registered again, and the agent reports in the namespace again.
            try await store.write { writer in
                for namespace in [team, others] {
                    guard let repository = try writer.repository(Sample.name("registry.example/a"), in: namespace) else { continue }
                    try writer.delete(repository)
                    try writer.add(Sample.repository("registry.example/a", in: namespace))
                }
            }
            #expect(try await images(in: store) == [[], ["registry.example/a:v1"]])
            for (namespaces, seen) in [([team], []), ([others], ["registry.example/a:v1"])] {
                try await store.write { try $0.put(agent, services: nil, in: Set(namespaces)) { UUID() } }
                #expect(try await images(in: store) == [[], seen])
            }
        },
        StoreProperty("Agents are removed with their robot, and from an organization that their account leaves") { store in
            let organization = try Sample.organization("acme")
            let (person, robot) = (try Sample.account("carol"), try Sample.account("acme+ci"))
            let agents = try [person, robot].map { try Sample.agent(of: $0) }
            try await store.write { writer in
                try writer.insert(organization)
                for (account, agent) in zip([person, robot], agents) {
                    try writer.insert(account)
                    try writer.put(Membership(organization: organization, account: account, permission: .read, created: Sample.date()))
                    let services = [try Sample.reported("web", "registry.example/a")]
                    try writer.put(agent, services: services, in: [organization.name, Sample.team()]) { UUID() }
                }
                try writer.add(Sample.repository("registry.example/a", in: organization.name))
                try writer.add(Sample.repository("registry.example/a"))
            }
            func counts() async throws -> [Int?] {
                try await store.read { reader in
                    try [organization.name, Sample.team()].flatMap { namespace in
                        [
                            try reader.agents(in: namespace, after: nil, page: Sample.page()).total,
                            try reader.services(in: namespace, where: ServiceFilter(), page: Sample.page()).total,
                        ]
                    }
                }
            }
            #expect(try await counts() == [2, 2, 2, 2])
            try await store.write { try $0.deleteMembership(of: person.id, in: organization.name) }
            #expect(try await counts() == [1, 1, 2, 2])
            try await store.write { try $0.deleteRobot(robot.id) }
            #expect(try await counts() == [0, 0, 1, 1])
            #expect(try await store.read { try $0.agentTotals(of: robot.id).agents } == 0)
            #expect(try await store.read { try $0.agentTotals(of: person.id) } == (1, 1))
            // An agent that reports only in the organization.
            try await store.write { writer in
                try writer.put(Membership(organization: organization, account: person, permission: .read, created: Sample.date()))
                let services = [try Sample.reported("web", "registry.example/a")]
                try writer.put(try Sample.agent("host-2", of: person), services: services, in: [organization.name]) { UUID() }
            }
            #expect(try await store.read { try $0.agentTotals(of: person.id) } == (2, 2))
            try await store.write { try $0.deleteMembership(of: person.id, in: organization.name) }
            #expect(try await store.read { try $0.agentTotals(of: person.id) } == (1, 1))
        },
        StoreProperty("Agents are listed in the order of their names, and a cursor stays valid when its agent is gone") { store in
            let accounts = try ["carol", "dave"].map { try Sample.account($0) }
            var agents: [Agent] = []
            for (account, name) in [(accounts[0], "b"), (accounts[0], "a"), (accounts[1], "a"), (accounts[1], "c")] {
                agents.append(try Sample.agent(name, of: account))
            }
            let stored = agents
            try await store.write { writer in
                for account in accounts { try writer.insert(account) }
                for agent in stored { try writer.put(agent, services: [], in: [Sample.team()]) { UUID() } }
            }
            var (found, after): ([UUID], NamedPlace?) = ([], nil)
            for _ in stored {
                let page = try await store.read { [after] in try $0.agents(in: Sample.team(), after: after, page: Sample.page(limit: 1)) }
                #expect(page.total == stored.count - found.count)
                found += page.items.map(\.id)
                after = page.cursor.flatMap { NamedPlace(parsing: $0) }
                if let agent = page.items.first { try await store.write { try $0.deleteAgent(agent.id) } }
            }
            let sorted = stored.sorted { ($0.name.description, $0.id.uuidString) < ($1.name.description, $1.id.uuidString) }
            #expect(found == sorted.map(\.id))
        },
    ]

    /// The images that two namespaces see.
    private static func images(in store: any Store) async throws -> [[String]] {
        try await store.read { reader in
            try [Sample.team(), Sample.others()].map { namespace in
                try reader.services(in: namespace, where: ServiceFilter(), page: Sample.page()).items.map(\.image.text).sorted()
            }
        }
    }

    private static func listed(in store: any Store) async throws -> [Service] {
        try await store.read { try $0.services(in: Sample.team(), where: ServiceFilter(), page: Sample.page()) }.items
    }
}

extension Sample {
    package static func report(sequence: Int = 1, ran: TimeInterval = 100) -> Agent.Report {
        Agent.Report(
            instance: "0f", process: UUID(), sequence: sequence, engine: .docker, hash: "h", key: "abcdefghijkl", date: date(), ran: ran)
    }

    package static func agent(_ name: String = "host-1", of account: Account) throws -> Agent {
        Agent(
            id: UUID(), account: account.id, accountName: account.name, name: try AgentName(parsing: name), report: report(),
            created: date())
    }

    /// - Parameter namespace: the only one that sees the service; nil for all.
    package static func reported(
        _ name: String, _ image: String, in namespace: NamespaceName? = nil, state: Service.State = .running
    ) throws -> ReportedService {
        ReportedService(
            name: try ServiceName(parsing: name), stack: try ServiceName(parsing: "shop"), kind: .compose, image: try self.image(image),
            namespace: namespace, state: state, containers: Service.Containers(current: 2, running: 1), deployed: date())
    }
}

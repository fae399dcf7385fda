import Server
import Testing

@Suite("File descriptor budget")
struct DescriptorBudgetTests {
    @Test(
        "The default number of connections is lowered to fit the descriptor limit",
        arguments: [
            (256, 60, 64), (512, 254, 126), (1024, 595, 297), (1200, 712, 356), (2048, 1024, 638), (4096, 1024, 1470), (20_000, 1024, 4096),
            (1_048_576, 1024, 4096), (.max, 1024, 4096),
        ])
    func defaults(_ limit: Int, _ clients: Int, _ upstream: Int) throws {
        let budget = try DescriptorBudget(limit: limit, clients: 1024, isExplicit: false)
        #expect(budget.clients == clients)
        #expect(budget.upstreamConnections == upstream)
        #expect((budget.warning == nil) == (clients == 1024))
    }

    @Test("The warning names the limit, both numbers and the remedy")
    func warning() throws {
        let warning = try #require(try DescriptorBudget(limit: 1024, clients: 1024, isExplicit: false).warning)
        for text in [
            "1024 file descriptors", "595 client connections", "instead of 1024", "ulimit -n", "LimitNOFILE=", "--max-connections",
        ] {
            #expect(warning.contains(text), "\(warning)")
        }
    }

    @Test(
        "A configured number of connections that fits is used unchanged",
        arguments: [(1024, 828, 64), (1024, 2, 445), (20_000, 10_000, 4096), (256, 60, 64)])
    func explicit(_ limit: Int, _ clients: Int, _ upstream: Int) throws {
        let budget = try DescriptorBudget(limit: limit, clients: clients, isExplicit: true)
        #expect(budget.clients == clients)
        #expect(budget.upstreamConnections == upstream)
        #expect(budget.warning == nil)
    }

    @Test(
        "A configured number of connections that does not fit is rejected with the number of descriptors it needs",
        arguments: [(829, 1025), (1024, 1220), (1_000_000, 1_000_196)])
    func tooMany(_ clients: Int, _ needed: Int) throws {
        let error = try #require(throws: StartError.self) { try DescriptorBudget(limit: 1024, clients: clients, isExplicit: true) }
        #expect(error.kind == .configuration)
        for text in [
            "--max-connections \(clients) needs \(needed) file descriptors", "the limit is 1024", "ulimit -n", "LimitNOFILE=", "to 828",
        ] {
            #expect(error.description.contains(text), "\(error)")
        }
        #expect(throws: Never.self) { try DescriptorBudget(limit: needed, clients: clients, isExplicit: true) }
        #expect(throws: StartError.self) { try DescriptorBudget(limit: needed - 1, clients: clients, isExplicit: true) }
    }

    @Test("A descriptor limit below 256 is rejected", arguments: [0, 64, 255], [true, false])
    func tooLow(_ limit: Int, _ isExplicit: Bool) throws {
        let error = try #require(throws: StartError.self) { try DescriptorBudget(limit: limit, clients: 1, isExplicit: isExplicit) }
        #expect(error.kind == .configuration)
        #expect(error.description.contains("the limit of \(limit) file descriptors is too low, at least 256"), "\(error)")
    }

    @Test("Connections to registries and of clients never exceed the descriptor limit together")
    func sum() throws {
        for (limit, wanted) in (256...3000).flatMap({ limit in [1, 60, 1024].map { (limit, $0) } }) {
            let budget = try DescriptorBudget(limit: limit, clients: wanted, isExplicit: false)
            #expect(budget.clients >= min(wanted, 60) && budget.clients <= wanted)
            #expect((64...4096).contains(budget.upstreamConnections))
            #expect(budget.clients + budget.upstreamConnections + 132 <= limit)
        }
    }
}

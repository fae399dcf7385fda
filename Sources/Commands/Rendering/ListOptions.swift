import ArgumentParser
import DockerCloud

/// How a list is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

/// The options of every command that prints a list.
struct ListOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print only names, or IDs of what has no name, one a line.")
    var quiet = false

    @Option(name: .shortAndLong, help: "How to print the list.")
    var output = OutputFormat.table

    /// How many objects a request fetches.
    static let pageSize = 250

    /// Prints a list as a whole: half of one, before an error, would pass for all of it.
    func show<Items: AsyncSequence>(_ listing: Items, on console: any Console) async throws where Items.Element: Listed {
        var items: [Items.Element] = []
        for try await item in listing { items.append(item) }
        try write(items, to: console)
    }

    /// The same for a list that the server may leave items out of.
    ///
    /// - Parameter row: what is printed of an item.
    func show<Item, Row: Listed>(_ listing: Listing<Item>, on console: any Console, as row: (Item) -> Row) async throws {
        var items: [Row] = []
        var iterator = listing.makeAsyncIterator()
        while let item = try await iterator.next() { items.append(row(item)) }
        try write(items, to: console)
        guard iterator.omitted > 0 else { return }
        console.report(
            "The server left out \(iterator.omitted), whose stored rows were changed outside the server: 'lighterman doctor' lists them.")
    }

    func show<Item: Listed>(_ listing: Listing<Item>, on console: any Console) async throws {
        try await show(listing, on: console) { $0 }
    }

    private func write(_ items: [some Listed], to console: any Console) throws {
        if quiet {
            for item in items { try console.write(item.title.printableLine) }
        } else {
            try console.write(text(items))
        }
    }

    private func text(_ items: [some Listed]) -> String {
        switch output {
        case .table: table(items).text
        case .json: JSONArray.text(items.map(\.json))
        }
    }

    private func table<Item: Listed>(_ items: [Item]) -> Table {
        Table(heading: Item.heading, rows: items.map(\.cells))
    }
}

/// What stands in a list.
protocol Listed: Sendable {
    static var heading: [String] { get }
    /// What the other commands know it by.
    var title: String { get }
    var cells: [String] { get }
    var json: String { get }
}

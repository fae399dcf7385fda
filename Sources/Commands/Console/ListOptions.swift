import ArgumentParser
import DockerCloud
import FoundationEssentials

/// The format of a list.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, wide, json
}

/// The options of every command that prints a list.
struct ListOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print only names (or IDs of objects without a name), one per line.")
    var quiet = false

    @Option(name: .shortAndLong, help: "The format of the list; wide is a table with more columns, if the list has more.")
    var output = OutputFormat.table

    /// The number of objects that a request fetches.
    static let pageSize = 250

    /// Prints a list when it is complete: a partial list before an error could be taken for the whole.
    func show<Items: AsyncSequence>(_ listing: Items, on console: any Console) async throws where Items.Element: Listed {
        var items: [Items.Element] = []
        for try await item in listing { items.append(item) }
        try write(items, to: console)
    }

    /// Prints a list of which the server may omit items, and reports how many it omitted.
    ///
    /// - Parameter row: converts an item to a row.
    func show<Item, Row: Listed>(_ listing: Listing<Item>, on console: any Console, as row: (Received<Item>) -> Row) async throws {
        var items: [Row] = []
        var iterator = listing.received.makeAsyncIterator()
        while let item = try await iterator.next() { items.append(row(item)) }
        try write(items, to: console)
        guard iterator.omitted > 0 else { return }
        console.report(
            "The server omitted \(iterator.omitted), whose stored rows were changed outside the server: 'lighterman doctor' lists them.")
    }

    func show<Item: Tabular>(_ listing: Listing<Item>, on console: any Console) async throws {
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
        case .wide: wideTable(items).text
        case .json: JSONArray.text(items.map(\.json))
        }
    }

    private func table<Item: Listed>(_ items: [Item]) -> Table {
        Table(heading: Item.heading, rows: items.map(\.cells))
    }

    private func wideTable<Item: Listed>(_ items: [Item]) -> Table {
        Table(heading: Item.wideHeading, rows: items.map(\.wideCells))
    }
}

/// A value that is shown in a table.
protocol Tabular: Sendable {
    static var heading: [String] { get }
    /// The heading of the wide table.
    static var wideHeading: [String] { get }
    /// The name or ID that other commands accept.
    var title: String { get }
    var cells: [String] { get }
    var wideCells: [String] { get }
}

extension Tabular {
    static var wideHeading: [String] { heading }
    var wideCells: [String] { cells }
}

/// A row of a list, as a table or as JSON.
protocol Listed: Tabular {
    var json: String { get }
}

extension Received {
    /// The server's object on one line.
    var json: String { text() }
    /// The server's object, indented by two spaces.
    var indentedJSON: String { text(indentedBy: 2) }
}

extension Received: Tabular, Listed where Value: Tabular {
    static var heading: [String] { Value.heading }
    var title: String { value.title }
    var cells: [String] { value.cells }
    static var wideHeading: [String] { Value.wideHeading }
    var wideCells: [String] { value.wideCells }
}

/// Formats rows under a heading. Columns are as wide as their widest cell and two spaces apart.
struct Table {
    let heading: [String]
    let rows: [[String]]

    var text: String {
        let cells = ([heading] + rows).map { $0.map(\.printableLine) }
        let widths = heading.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { line($0, widths) }.joined(separator: "\n")
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        let end = padded.lastIndex { $0 != " " }
        return end.map { String(padded[...$0]) } ?? ""
    }
}

/// Formats JSON texts as one array, one object per line.
enum JSONArray {
    static func text(_ objects: [String]) -> String {
        objects.isEmpty ? "[]" : "[\n  " + objects.joined(separator: ",\n  ") + "\n]"
    }
}

extension Bool {
    var cell: String { self ? "yes" : "no" }
}

extension Date {
    /// `2026-11-24T06:10:02Z`
    var cell: String { ISO8601Format() }
}

extension Date? {
    func cell(orIfNone word: String) -> String { self?.cell ?? word }
}

import ArgumentParser

/// How a list is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

/// The options of every command that prints a list.
struct ListOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Print names only, one a line.")
    var quiet = false

    @Option(name: .shortAndLong, help: "How to print the list.")
    var output = OutputFormat.table
}

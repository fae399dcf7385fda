/// Rows under a heading, the columns as wide as their widest cell and two spaces apart.
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

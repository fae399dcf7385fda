import Domain
import GRDB
import Storage

/// A list in the order of an index. A page starts after a place: the one of the cursor, or the one that precedes the offset.
protocol IndexedList {
    /// A position in the order of the list.
    associatedtype Place
    /// A part of the list, which one statement reads.
    associatedtype Part

    /// The place of the cursor; nil without one. A page with a cursor ignores its offset.
    var after: Place? { get }
    var order: SQL { get }
    /// The statement for the exact total; nil to count the items up to a limit.
    var total: SQL? { get }

    /// The disjoint parts of the list after a place, in order; nil for the whole list.
    func parts(after place: Place?) -> [Part]
    func select(_ columns: ListColumns, in part: Part) -> SQL
    /// Reads a row with the columns of a place.
    func place(_ row: Row) throws -> Place
}

extension IndexedList {
    var total: SQL? { nil }
}

/// The columns of a statement of an ``IndexedList``.
enum ListColumns {
    /// The columns of an item, with the joins that only they need.
    case item
    /// The columns of a place, which the index has.
    case place
    /// No column of the table, to count rows.
    case none
}

extension SQLiteReader {
    /// Reads a page of a list.
    ///
    /// - Parameter cursor: the value of `after` for a row. Rows whose value cannot be read have none.
    func listing<Item, Cursor: CustomStringConvertible>(
        _ list: some IndexedList, page: Page, cursor: (Row) throws -> Cursor, read: (Row) throws -> Item
    ) throws -> Listing<Item> {
        let found = try rows(of: list, page)
        let shown = found.prefix(page.limit)
        let (items, omitted) = try verifiedItems(shown, read)
        let count = try list.total.map { try db.number($0) ?? 0 } ?? self.count(of: list, limit: Listing<Item>.countLimit + 1)
        return Listing(
            items: items, count: count, isExact: list.total != nil, hasMore: found.count > page.limit, omitted: omitted,
            cursor: self.cursor(of: shown, cursor))
    }

    /// The rows of a page, and the next row if there is one. Parts are read one by one until the page is full; an offset is resolved to a
    /// place in the index before any row is read.
    private func rows<List: IndexedList>(of list: List, _ page: Page) throws -> [Row] {
        var place = list.after
        if place == nil, page.offset > 0 {
            place = try self.place(at: page.offset - 1, in: list)
            guard place != nil else { return [] }
        }
        var rows: [Row] = []
        for part in list.parts(after: place) where rows.count <= page.limit {
            let limit = page.limit + 1 - rows.count
            rows += try db.rows("\(list.select(.item, in: part)) ORDER BY \(list.order) LIMIT \(limit)")
        }
        return rows
    }

    /// The place of an item, from its number in the list.
    private func place<List: IndexedList>(at number: Int, in list: List) throws -> List.Place? {
        var number = number
        let parts = list.parts(after: nil)
        for (index, part) in parts.enumerated() {
            if let row = try db.row("\(list.select(.place, in: part)) ORDER BY \(list.order) LIMIT 1 OFFSET \(number)") {
                return try list.place(row)
            }
            if index < parts.count - 1 { number -= try db.number("SELECT count(*) FROM (\(list.select(.none, in: part)))") ?? 0 }
        }
        return nil
    }

    /// Counts the items of a whole list, up to a limit.
    private func count(of list: some IndexedList, limit: Int) throws -> Int {
        try list.parts(after: nil).reduce(0) { count, part in
            guard count < limit else { return count }
            return try count + (db.number("SELECT count(*) FROM (\(list.select(.none, in: part)) LIMIT \(limit - count))") ?? 0)
        }
    }

    /// The cursor of the last row of a page that has one.
    private func cursor<Cursor: CustomStringConvertible>(
        of page: some BidirectionalCollection<Row>, _ read: (Row) throws -> Cursor
    ) -> String? {
        for row in page.reversed() {
            if let cursor = try? read(row) { return cursor.description }
        }
        return nil
    }
}

/// A list in the order of names. A place is a name, in the column `place`.
protocol NamedList: IndexedList where Place == String, Part == NameRange {
    /// The disjoint ranges of the names in the list, in order.
    var ranges: [NameRange] { get }
}

extension NamedList {
    func parts(after place: String?) -> [NameRange] {
        guard let place else { return ranges }
        return ranges.map { $0.intersection(NameRange(after: place)) }.filter { !$0.isEmpty }
    }

    func place(_ row: Row) throws -> String { try row.value("place") }
}

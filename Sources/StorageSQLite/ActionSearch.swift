import Domain
import FoundationEssentials
import GRDB
import Naming

/// Translates a filter of actions into queries that use the indexes.
struct ActionSearch {
    /// Each index starts with the namespace and ends with the sequence. Statements name their index, because SQLite would choose one
    /// without knowing how many rows match.
    enum Index: String {
        case namespace = "actions_namespace"
        case id = "actions_id"
        case object = "actions_object"
        case key = "actions_key"
        case user = "actions_user"
        case kind = "actions_kind"
        case state = "actions_state"
        case started = "actions_started"
        case ended = "actions_ended_in_namespace"
    }

    /// The position of an action in the order of a list.
    struct Place {
        /// nil in a list that is ordered only by the sequence.
        var date: Int64?
        var sequence: Int64
    }

    /// nil for all namespaces, whose actions are read in order, without an index.
    let namespace: NamespaceName?
    let filter: ActionFilter

    /// Whether a counter has the total.
    var isCounted: Bool { filter == ActionFilter(after: filter.after) }

    /// The indexes for single conditions of the filter, most selective first.
    var indexes: [Index] {
        guard namespace != nil else { return [] }
        var indexes: [Index] = []
        if filter.idPrefix != nil { indexes.append(.id) }
        if filter.objects != nil { indexes.append(.object) }
        if filter.key != nil { indexes.append(.key) }
        if let state = filter.state, state != .success { indexes.append(.state) }
        if filter.kind != nil { indexes.append(.kind) }
        if filter.user != nil { indexes.append(.user) }
        if filter.started != ActionFilter.DateRange() { indexes.append(.started) }
        if filter.ended != ActionFilter.DateRange() { indexes.append(.ended) }
        if filter.state == .success { indexes.append(.state) }
        return indexes
    }

    /// The date column that orders the list: the first one with a bound in the filter.
    var dateColumn: String? {
        if filter.started != ActionFilter.DateRange() { return "started" }
        return filter.ended == ActionFilter.DateRange() ? nil : "ended"
    }

    /// The index with the order of the list, so that no sorting is needed.
    var orderedIndex: Index {
        switch dateColumn {
        case "started"?: .started
        case _?: .ended
        case nil: filter.objects != nil ? .object : plainIndexes.first ?? .namespace
        }
    }

    /// Indexes for equality conditions, which return actions in the order of their sequence.
    private var plainIndexes: [Index] {
        [(Index.key, filter.key != nil), (.user, filter.user != nil), (.kind, filter.kind != nil), (.state, filter.state != nil)]
            .filter(\.1).map(\.0)
    }

    var whereNamespace: SQL { namespace.map { " WHERE namespace = \($0.description)" } ?? "" }
    var andNamespace: SQL { namespace.map { " AND namespace = \($0.description)" } ?? "" }

    var order: SQL {
        guard let dateColumn else { return "sequence DESC" }
        return "\(identifier: dateColumn) DESC, sequence DESC"
    }

    /// The columns of a ``Place``.
    var place: SQL {
        guard let dateColumn else { return "NULL AS date, sequence" }
        return "\(identifier: dateColumn) AS date, sequence"
    }

    /// - Parameter place: selects the actions after this position in the order of the list; nil for all.
    func select(_ columns: SQL, by index: Index, behind place: Place? = nil) -> SQL {
        var (started, ended) = (filter.started, filter.ended)
        if let date = place?.date.map(Date.init(milliseconds:)) {
            // A single upper bound, because SQLite seeks the index by the first one.
            if dateColumn == "started" { started = started.ending(at: date) } else { ended = ended.ending(at: date) }
        }
        var condition = idCondition + kindCondition + userCondition + keyCondition + stateCondition
        condition += dates("started", started) + dates("ended", ended)
        if let place { condition += behind(place) }
        guard let objects = filter.objects else { return select(columns, by: index, where: condition) }
        guard index == .object, namespace != nil else { return select(columns, by: index, where: condition + any(of: objects)) }
        return select(columns, of: objects, where: condition)
    }

    /// Selects the actions that match the condition of an index, ignoring other conditions.
    func selectMatches(of index: Index) -> SQL {
        switch index {
        case .namespace: select("1", by: index, where: "")
        case .id: select("1", by: index, where: idCondition)
        case .object: select("1", of: filter.objects ?? [], where: "")
        case .key: select("1", by: index, where: keyCondition)
        case .user: select("1", by: index, where: userCondition)
        case .kind: select("1", by: index, where: kindCondition)
        case .state: select("1", by: index, where: stateCondition)
        case .started: select("1", by: index, where: dates("started", filter.started))
        case .ended: select("1", by: index, where: dates("ended", filter.ended))
        }
    }

    private func select(_ columns: SQL, by index: Index, where condition: SQL) -> SQL {
        guard let namespace else { return "SELECT \(columns) FROM actions WHERE true\(condition)" }
        return
            "SELECT \(columns) FROM actions INDEXED BY \(identifier: index.rawValue) WHERE namespace = \(namespace.description)\(condition)"
    }

    /// SQLite merges the actions of each object in their order.
    private func select(_ columns: SQL, of objects: [Action.Object], where condition: SQL) -> SQL {
        Set(objects).map { select(columns, by: .object, where: condition + any(of: [$0])) }.joined(separator: " UNION ALL ")
    }

    private func any(of objects: [Action.Object]) -> SQL {
        let each = Set(objects).map { object -> SQL in "object = \(object.text) AND object_kind = \(object.kind)" }
        return each.count == 1 ? " AND \(each[0])" : " AND (\(each.joined(separator: " OR ")))"
    }

    private var idCondition: SQL {
        // Identifiers have no byte greater than `~`.
        filter.idPrefix.map { " AND id >= \($0) AND id < \($0 + "\u{7F}")" } ?? ""
    }

    private var stateCondition: SQL { filter.state.map { " AND state = \($0.rawValue)" } ?? "" }
    private var kindCondition: SQL { filter.kind.map { " AND kind = \($0.rawValue)" } ?? "" }
    private var userCondition: SQL { filter.user.map { " AND user = \($0)" } ?? "" }
    private var keyCondition: SQL { filter.key.map { " AND key_id = \($0)" } ?? "" }

    private func dates(_ column: String, _ range: ActionFilter.DateRange) -> SQL {
        var condition: SQL = ""
        if let from = range.from { condition += " AND \(identifier: column) >= \(from.milliseconds)" }
        if let to = range.to { condition += " AND \(identifier: column) <= \(to.milliseconds)" }
        // The condition of the index. The end of an action in progress changes, which would move the action between two pages.
        if column == "ended", range != ActionFilter.DateRange() { condition += " AND state <> 'In progress'" }
        return condition
    }

    private func behind(_ place: Place) -> SQL {
        guard let dateColumn, let date = place.date else { return " AND sequence < \(place.sequence)" }
        return " AND (\(identifier: dateColumn) < \(date) OR sequence < \(place.sequence))"
    }
}

extension ActionFilter.DateRange {
    /// The part of the range up to a date.
    fileprivate func ending(at date: Date) -> Self { Self(from: from, to: min(to ?? date, date)) }
}

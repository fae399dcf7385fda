import Domain
import FoundationEssentials
import GRDB
import Naming

/// A filter of actions in terms of the indexes.
struct ActionSearch {
    /// Each begins with the namespace and ends with the sequence. The statements name theirs, since SQLite would choose one without
    /// knowing how many rows it has to read.
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

    /// The place of an action in the order of a list.
    struct Place {
        /// nil in a list that is ordered by the sequence alone.
        var date: Int64?
        var sequence: Int64
    }

    /// nil for all namespaces, whose actions are read without an index, in their order.
    let namespace: NamespaceName?
    let filter: ActionFilter

    /// Whether its total is kept in a counter.
    var isCounted: Bool { filter == ActionFilter(after: filter.after) }

    /// The indexes that find what fits one condition of the filter, those first that are likely to find few.
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

    /// The date by which the list is ordered: the first that the filter bounds.
    var dateColumn: String? {
        if filter.started != ActionFilter.DateRange() { return "started" }
        return filter.ended == ActionFilter.DateRange() ? nil : "ended"
    }

    /// The index whose order is that of the list, so that nothing is sorted.
    var orderedIndex: Index {
        switch dateColumn {
        case "started"?: .started
        case _?: .ended
        case nil: filter.objects != nil ? .object : plainIndexes.first ?? .namespace
        }
    }

    /// Indexes of one value, by each of which actions are found in the order of their sequence.
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

    /// - Parameter place: the actions behind this one in the order of the list; nil for all.
    func select(_ columns: SQL, by index: Index, behind place: Place? = nil) -> SQL {
        var (started, ended) = (filter.started, filter.ended)
        if let date = place?.date.map(Date.init(milliseconds:)) {
            // One upper bound, not two: SQLite enters the index at the first that it reads.
            if dateColumn == "started" { started = started.ending(at: date) } else { ended = ended.ending(at: date) }
        }
        var condition = idCondition + kindCondition + userCondition + keyCondition + stateCondition
        condition += dates("started", started) + dates("ended", ended)
        if let place { condition += behind(place) }
        guard let objects = filter.objects else { return select(columns, by: index, where: condition) }
        guard index == .object, namespace != nil else { return select(columns, by: index, where: condition + any(of: objects)) }
        return select(columns, of: objects, where: condition)
    }

    /// What fits the one condition of an index, whatever else is asked of it.
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
        // No identifier has a byte beyond `~`.
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
        return condition
    }

    private func behind(_ place: Place) -> SQL {
        guard let dateColumn, let date = place.date else { return " AND sequence < \(place.sequence)" }
        return " AND (\(identifier: dateColumn) < \(date) OR sequence < \(place.sequence))"
    }
}

extension ActionFilter.DateRange {
    /// What lies in it up to a date.
    fileprivate func ending(at date: Date) -> Self { Self(from: from, to: min(to ?? date, date)) }
}

import Domain
import FoundationEssentials
import GRDB
import Naming

/// Translates a filter of actions into queries that use the indexes.
struct ActionSearch: Hashable {
    /// The indexes of the actions of one namespace start with the namespace; those of all actions lack it. Both end with the sequence.
    /// Statements name their index, because SQLite would choose one without knowing how many rows match.
    enum Index {
        case sequence, id, object, key, user, kind, state, started, ended

        /// The index of the actions of one namespace, and that of all actions; nil for the table itself, which has the order of the sequence.
        fileprivate var names: (inNamespace: String, inTrail: String?) {
            switch self {
            case .sequence: ("actions_namespace", nil)
            case .id: ("actions_id", "sqlite_autoindex_actions_1")
            case .object: ("actions_object", "trail_object")
            case .key: ("actions_key", "trail_key")
            case .user: ("actions_user", "trail_user")
            case .kind: ("actions_kind", "trail_kind")
            case .state: ("actions_state", "trail_state")
            case .started: ("actions_started", "trail_started")
            case .ended: ("actions_ended_in_namespace", "trail_ended")
            }
        }
    }

    /// The position of an action in the order of a list.
    struct Place {
        /// nil in a list that is ordered only by the sequence.
        var date: Int64?
        var sequence: Int64
    }

    /// nil for all namespaces.
    let namespace: NamespaceName?
    let filter: ActionFilter

    /// Whether a counter has the total.
    var isCounted: Bool { filter == ActionFilter(after: filter.after) }

    /// The indexes for single conditions of the filter, most selective first.
    var indexes: [Index] {
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
        case nil: filter.objects != nil ? .object : plainIndexes.first ?? .sequence
        }
    }

    /// Indexes for equality conditions, which return actions in the order of their sequence.
    private var plainIndexes: [Index] {
        [(Index.key, filter.key != nil), (.user, filter.user != nil), (.kind, filter.kind != nil), (.state, filter.state != nil)]
            .filter(\.1).map(\.0)
    }

    /// The search for the same actions, from the first page on.
    var whole: ActionSearch {
        var filter = filter
        filter.after = nil
        return ActionSearch(namespace: namespace, filter: filter)
    }

    /// Whether the number of matches only grows.
    var onlyGrows: Bool { filter.state != .inProgress }

    /// Whether matches are added only with new actions, in the order of the list: no condition changes with an outcome.
    var growsAtEnd: Bool { filter.state == nil && dateColumn == nil && filter.idPrefix == nil }

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

    /// - Parameters:
    ///   - place: selects the actions after this position in the order of the list; nil for all.
    ///   - end: selects no actions after this position; nil for all.
    func select(_ columns: SQL, by index: Index, behind place: Place? = nil, upTo end: Place? = nil) -> SQL {
        // Single bounds, because SQLite seeks the index by the first ones.
        let started = dateColumn == "started" ? filter.started.limited(from: end?.date, to: place?.date) : filter.started
        let ended = dateColumn == "ended" ? filter.ended.limited(from: end?.date, to: place?.date) : filter.ended
        var condition = idCondition + kindCondition + userCondition + keyCondition + stateCondition
        condition += dates("started", started) + dates("ended", ended)
        if let place { condition += behind(place) }
        if let end { condition += upTo(end) }
        guard let objects = filter.objects else { return select(columns, by: index, where: condition) }
        guard index == .object else { return select(columns, by: index, where: condition + any(of: objects)) }
        return select(columns, of: objects, where: condition)
    }

    /// The search with only the condition of an index.
    func alone(_ index: Index) -> ActionSearch {
        var condition = ActionFilter()
        switch index {
        case .sequence: break
        case .id: condition.idPrefix = filter.idPrefix
        case .object: condition.objects = filter.objects
        case .key: condition.key = filter.key
        case .user: condition.user = filter.user
        case .kind: condition.kind = filter.kind
        case .state: condition.state = filter.state
        case .started: condition.started = filter.started
        case .ended: condition.ended = filter.ended
        }
        return ActionSearch(namespace: namespace, filter: condition)
    }

    private func select(_ columns: SQL, by index: Index, where condition: SQL) -> SQL {
        guard let namespace else {
            let name: SQL = index.names.inTrail.map { "INDEXED BY \(identifier: $0)" } ?? "NOT INDEXED"
            return "SELECT \(columns) FROM actions \(name) WHERE true\(condition)"
        }
        let (name, owner) = (index.names.inNamespace, namespace.description)
        return "SELECT \(columns) FROM actions INDEXED BY \(identifier: name) WHERE namespace = \(owner)\(condition)"
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

    private func upTo(_ end: Place) -> SQL {
        guard let dateColumn, let date = end.date else { return " AND sequence >= \(end.sequence)" }
        return " AND (\(identifier: dateColumn) > \(date) OR sequence >= \(end.sequence))"
    }
}

extension ActionFilter.DateRange {
    /// The part of the range between two dates, in milliseconds.
    fileprivate func limited(from first: Int64?, to last: Int64?) -> Self {
        Self(
            from: [from, first.map(Date.init(milliseconds:))].compactMap(\.self).max(),
            to: [to, last.map(Date.init(milliseconds:))].compactMap(\.self).min())
    }
}

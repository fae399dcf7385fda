/// A dictionary for caches, with a maximum number of values. When it is full, a tenth of the values is evicted at a time, so that the cost
/// is spread over many calls.
package struct BoundedDictionary<Key: Hashable, Value> {
    private var values: [Key: Value] = [:]
    private let capacity: Int
    private let precedes: (@Sendable (Value, Value) -> Bool)?

    /// - Parameter precedes: whether the first value is evicted before the second; nil if the order does not matter.
    package init(capacity: Int, evictingFirst precedes: (@Sendable (Value, Value) -> Bool)? = nil) {
        precondition(capacity > 0)
        self.capacity = capacity
        self.precedes = precedes
    }

    package var count: Int { values.count }

    package subscript(key: Key) -> Value? {
        get { values[key] }
        set {
            if newValue != nil, values[key] == nil, values.count >= capacity { evict() }
            values[key] = newValue
        }
    }

    private mutating func evict() {
        let count = max(1, capacity / 10)
        guard let precedes else {
            for key in Array(values.keys.prefix(count)) { values[key] = nil }
            return
        }
        for (key, _) in values.sorted(by: { precedes($0.value, $1.value) }).prefix(count) { values[key] = nil }
    }
}

extension BoundedDictionary: Sendable where Key: Sendable, Value: Sendable {}

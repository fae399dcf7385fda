import Domain
import Testing

@Suite("Bounded dictionaries")
struct BoundedDictionaryTests {
    @Test("A full dictionary evicts the first tenth in its order, at least one value", arguments: [1, 9, 10, 100, 1000])
    func eviction(capacity: Int) {
        var values = BoundedDictionary<Int, Int>(capacity: capacity) { $0 < $1 }
        for key in (0..<capacity).shuffled() { values[key] = key }
        #expect(values.count == capacity)
        values[capacity] = capacity
        let evicted = max(1, capacity / 10)
        #expect(values.count == capacity - evicted + 1 && values[capacity] == capacity)
        #expect((0..<evicted).allSatisfy { values[$0] == nil } && (evicted..<capacity).allSatisfy { values[$0] == $0 })
    }

    @Test("Values of present keys are replaced without an eviction") func replacement() {
        var values = BoundedDictionary<Int, Int>(capacity: 3)
        for key in 0..<3 { values[key] = key }
        values[0] = 10
        #expect(values.count == 3 && values[0] == 10)
        values[0] = nil
        #expect(values.count == 2 && values[0] == nil)
    }

    @Test("The capacity also holds without an order") func unordered() {
        var values = BoundedDictionary<Int, Int>(capacity: 50)
        for key in 0..<1000 { values[key] = key }
        #expect(values.count <= 50 && values[999] == 999)
    }
}

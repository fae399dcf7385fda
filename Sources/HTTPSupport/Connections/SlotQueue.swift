/// Slots in the order in which they were appended. Appending and removing take constant time.
struct SlotQueue {
    private(set) var first: Int?
    private var last: Int?

    /// The neighbours of each slot. Several queues share them where a slot is in one of these queues at a time.
    struct Links {
        fileprivate var previous: [Int?] = []
        fileprivate var next: [Int?] = []

        mutating func addSlot() {
            previous.append(nil)
            next.append(nil)
        }
    }

    mutating func append(_ slot: Int, _ links: inout Links) {
        links.previous[slot] = last
        links.next[slot] = nil
        if let last { links.next[last] = slot } else { first = slot }
        last = slot
    }

    /// - Precondition: the slot is in this queue.
    mutating func remove(_ slot: Int, _ links: inout Links) {
        let (previous, next) = (links.previous[slot], links.next[slot])
        if let previous { links.next[previous] = next } else { first = next }
        if let next { links.previous[next] = previous } else { last = previous }
        links.previous[slot] = nil
        links.next[slot] = nil
    }
}

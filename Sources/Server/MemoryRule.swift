import HTTPSupport

/// Decides when freed memory is returned to the system; a value that measures nothing itself.
///
/// glibc returns freed memory at the end of the heap only: what lies below anything that is in use stays with the process for good.
struct MemoryRule {
    /// What the process may have grown by, in bytes, without anything being returned.
    static let growth = 16 << 20
    /// Returning memory delays requests in progress: not while there are so many.
    static let busy = 10

    /// How often memory is returned after the last request: what idle connections hold is freed later, when they are closed.
    static let rounds = 10

    private var base: Int?
    private var begun = 0
    private var returned = 0

    /// - Parameter resident: the size of the process in memory, in bytes. The first one counts as its size without load.
    mutating func isDue(resident: Int, load: ConnectionTable.Load) -> Bool {
        guard let base else {
            base = resident
            return false
        }
        if load.begun != begun { (begun, returned) = (load.begun, 0) }
        guard resident > base + Self.growth, load.inProgress < Self.busy, returned < Self.rounds else { return false }
        returned += 1
        return true
    }
}

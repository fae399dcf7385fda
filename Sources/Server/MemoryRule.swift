import HTTPSupport

/// Decides when freed memory is returned to the system; a value that measures nothing itself.
///
/// glibc returns freed memory at the end of the heap only: what lies below anything that is in use stays with the process for good.
struct MemoryRule {
    /// What the process may have grown by, in bytes, without anything being returned.
    static let growth = 16 << 20
    /// Returning memory delays requests in progress: not while there are so many.
    static let busy = 10

    private var base: Int?
    private var begun: Int?

    /// - Parameter resident: the size of the process in memory, in bytes. The first one counts as its size without load.
    mutating func isDue(resident: Int, load: ConnectionTable.Load) -> Bool {
        guard let base else {
            base = resident
            return false
        }
        guard resident > base + Self.growth, load.inProgress < Self.busy, load.begun != begun else { return false }
        begun = load.begun
        return true
    }
}

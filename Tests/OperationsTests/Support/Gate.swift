import Testing

/// Holds whoever passes until it is opened.
actor Gate {
    private var isOpen = false
    private var arrived = 0
    private var held: [CheckedContinuation<Void, Never>] = []

    func pass() async {
        arrived += 1
        guard !isOpen else { return }
        await withCheckedContinuation { held.append($0) }
    }

    /// Waits until so many have come; not for ever, for a test that hangs says nothing.
    func arrivals(_ count: Int) async {
        for _ in 0..<2000 where arrived < count { try? await Task.sleep(for: .milliseconds(10)) }
        #expect(arrived >= count)
    }

    func open() {
        isOpen = true
        for continuation in held { continuation.resume() }
        held = []
    }
}

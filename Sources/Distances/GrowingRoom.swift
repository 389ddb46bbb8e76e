internal import Hardware

/// Memory that grows in place where the system can, counted on an account. Owned by one worker at a time.
final class GrowingRoom<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    private var capacity = 0
    private let memory: MemoryAccount

    init(_ memory: MemoryAccount) {
        // Nothing is read or written before there is room.
        base = UnsafeMutablePointer(bitPattern: MemoryLayout<Element>.alignment).unsafelyUnwrapped
        self.memory = memory
    }

    deinit {
        if capacity > 0 { memory.freeResizable(base, Self.bytes(capacity)) }
    }

    /// Makes room for `wanted` elements and keeps those that are there. `base` may change.
    func grow(to wanted: Int) throws(MemoryBudgetExceeded) {
        guard wanted > capacity else { return }
        let room =
            capacity == 0
            ? try memory.allocateResizable(Self.bytes(wanted))
            : try memory.resize(base, from: Self.bytes(capacity), to: Self.bytes(wanted))
        base = room.bindMemory(to: Element.self, capacity: wanted)
        capacity = wanted
    }

    private static func bytes(_ count: Int) -> Int { count * MemoryLayout<Element>.stride }
}

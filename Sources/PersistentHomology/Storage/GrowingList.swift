import Hardware

/// A list that grows by doubling, counted on a memory account. Owned by one worker at a time.
struct GrowingList<Element: BitwiseCopyable>: ~Copyable {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var count = 0
    private var capacity: Int
    private let memory: MemoryAccount

    init(memory: MemoryAccount) {
        // Nothing is read or written before there is room; many lists stay empty.
        base = UnsafeMutablePointer(bitPattern: MemoryLayout<Element>.alignment).unsafelyUnwrapped
        capacity = 0
        self.memory = memory
    }

    deinit {
        letGo()
    }

    @inline(__always)
    subscript(index: Int) -> Element {
        get { base[index] }
        set { base[index] = newValue }
    }

    var isEmpty: Bool { count == 0 }
    var elements: UnsafeMutableBufferPointer<Element> { .init(start: base, count: count) }

    @inline(__always)
    mutating func append(_ element: Element) throws(HomologyError) {
        if count == capacity { try grow(to: count + 1) }
        base[count] = element
        count += 1
    }

    /// Makes room for `extra` more, so that as many may be stored through `base` and `setCount`.
    mutating func reserve(_ extra: Int) throws(HomologyError) {
        if count + extra > capacity { try grow(to: count + extra) }
    }

    @inline(__always)
    mutating func removeLast() -> Element {
        count -= 1
        return base[count]
    }

    @inline(__always)
    mutating func setCount(_ newCount: Int) { count = newCount }

    mutating func removeAll() { count = 0 }

    private mutating func grow(to needed: Int) throws(HomologyError) {
        let larger = max(needed, 2 * capacity, 16)
        do { try memory.reserve(larger * MemoryLayout<Element>.stride) } catch { throw .memory(error) }
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: larger)
        moved.update(from: base, count: count)
        letGo()
        base = moved
        capacity = larger
    }

    private func letGo() {
        if capacity == 0 { return }
        base.deallocate()
        memory.release(capacity * MemoryLayout<Element>.stride)
    }
}

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif
package import Hardware

/// Room for trivial values outside the garbage of the language runtime: counted in a memory account,
/// grown in place where the system can, freed with its owner. What it holds is not initialised.
package struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
    package private(set) var base: UnsafeMutablePointer<Element>
    package private(set) var capacity: Int
    private let account: MemoryAccount

    package init(capacity: Int, account: MemoryAccount) throws(DelaunayError) {
        let capacity = max(capacity, 1)
        let bytes = capacity * MemoryLayout<Element>.stride
        let room = try Self.reserving(bytes, account) { malloc(bytes) }
        base = room.bindMemory(to: Element.self, capacity: capacity)
        self.capacity = capacity
        self.account = account
    }

    /// Makes room for at least `wanted` elements and keeps those that are there. `base` may change.
    package mutating func grow(to wanted: Int) throws(DelaunayError) {
        guard wanted > capacity else { return }
        let (old, bytes) = (base, wanted * MemoryLayout<Element>.stride)
        let more = (wanted - capacity) * MemoryLayout<Element>.stride
        let room = try Self.reserving(more, account) { realloc(old, bytes) }
        base = room.bindMemory(to: Element.self, capacity: wanted)
        capacity = wanted
    }

    /// Allocates once `bytes` are reserved; a system that has no more is a budget that is spent.
    private static func reserving(
        _ bytes: Int, _ account: MemoryAccount, _ allocate: () -> UnsafeMutableRawPointer?
    ) throws(DelaunayError) -> UnsafeMutableRawPointer {
        do {
            try account.reserve(bytes)
        } catch {
            throw .memory(error)
        }
        if let room = allocate() { return room }
        account.release(bytes)
        let held = account.current
        throw .memory(MemoryBudgetExceeded(requested: bytes, held: held, limit: held))
    }

    /// Gives back what lies beyond the first `count` elements.
    package mutating func shrink(to count: Int) {
        let wanted = max(count, 1)
        guard wanted < capacity, let room = realloc(base, wanted * MemoryLayout<Element>.stride) else {
            return
        }
        account.release((capacity - wanted) * MemoryLayout<Element>.stride)
        base = room.bindMemory(to: Element.self, capacity: wanted)
        capacity = wanted
    }

    deinit {
        free(base)
        account.release(capacity * MemoryLayout<Element>.stride)
    }
}

/// A `FlatArray` with a count, for lists whose length is not known beforehand.
package struct FlatList<Element: BitwiseCopyable>: ~Copyable {
    private var room: FlatArray<Element>
    package private(set) var count = 0

    package init(capacity: Int = 64, account: MemoryAccount) throws(DelaunayError) {
        room = try FlatArray(capacity: capacity, account: account)
    }

    package var base: UnsafeMutablePointer<Element> { room.base }

    @inline(__always)
    package mutating func append(_ element: Element) throws(DelaunayError) {
        if count == room.capacity { try room.grow(to: max(64, count &+ count / 2)) }
        room.base[count] = element
        count &+= 1
    }

    /// Makes room for `extra` more elements.
    @inline(__always)
    package mutating func reserve(_ extra: Int) throws(DelaunayError) {
        if count &+ extra > room.capacity { try room.grow(to: count &+ extra &+ count / 2) }
    }

    /// Appends where room has been reserved.
    @inline(__always)
    package mutating func appendReserved(_ element: Element) {
        room.base[count] = element
        count &+= 1
    }

    /// Appends `more` elements where room has been reserved.
    package mutating func append(_ elements: UnsafePointer<Element>, count more: Int) {
        (room.base + count).update(from: elements, count: more)
        count &+= more
    }

    package mutating func removeAll() { count = 0 }

    @inline(__always)
    package mutating func popLast() -> Element? {
        if count == 0 { return nil }
        count &-= 1
        return room.base[count]
    }

    /// Gives back the room that is not used.
    package mutating func trim() { room.shrink(to: count) }
}

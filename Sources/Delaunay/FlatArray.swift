package import Hardware

/// Room for trivial values outside the garbage of the language runtime: counted in a memory account,
/// grown in place where the system can, freed with its owner. What it holds is not initialised.
package struct FlatArray<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var start: UnsafeMutablePointer<Element>
    package private(set) var capacity: Int
    private let account: MemoryAccount

    /// Inlinable like all that is called for single elements: elsewhere it would be a call through the
    /// type's witnesses.
    @inlinable
    package var base: UnsafeMutablePointer<Element> {
        @inline(__always) get { start }
    }

    package init(capacity: Int, account: MemoryAccount) throws(DelaunayError) {
        let capacity = max(capacity, 1)
        let bytes = capacity * MemoryLayout<Element>.stride
        let room: UnsafeMutableRawPointer
        do { room = try account.allocateResizable(bytes) } catch { throw .memory(error) }
        start = room.bindMemory(to: Element.self, capacity: capacity)
        self.capacity = capacity
        self.account = account
    }

    /// Makes room for at least `wanted` elements and keeps those that are there. `base` may change.
    package mutating func grow(to wanted: Int) throws(DelaunayError) {
        guard wanted > capacity else { return }
        let stride = MemoryLayout<Element>.stride
        let room: UnsafeMutableRawPointer
        do {
            room = try account.resize(base, from: capacity * stride, to: wanted * stride)
        } catch {
            throw .memory(error)
        }
        start = room.bindMemory(to: Element.self, capacity: wanted)
        capacity = wanted
    }

    /// Gives back what lies beyond the first `count` elements. `base` may change.
    package mutating func shrink(to count: Int) {
        let (wanted, stride) = (max(count, 1), MemoryLayout<Element>.stride)
        guard wanted < capacity,
            let room = try? account.resize(start, from: capacity * stride, to: wanted * stride)
        else { return }
        start = room.bindMemory(to: Element.self, capacity: wanted)
        capacity = wanted
    }

    deinit { account.freeResizable(start, capacity * MemoryLayout<Element>.stride) }
}

/// A `FlatArray` with a count, for lists whose length is not known beforehand.
package struct FlatList<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var room: FlatArray<Element>
    @usableFromInline var used = 0
    /// As `room` has it, where it can be read without a call.
    @usableFromInline var limit: Int

    package init(capacity: Int = 64, account: MemoryAccount) throws(DelaunayError) {
        room = try FlatArray(capacity: capacity, account: account)
        limit = max(capacity, 1)
    }

    @inlinable
    package var base: UnsafeMutablePointer<Element> {
        @inline(__always) get { room.start }
    }
    @inlinable
    package var count: Int {
        @inline(__always) get { used }
    }
    @inlinable package var elements: UnsafeBufferPointer<Element> {
        UnsafeBufferPointer(start: room.start, count: used)
    }
    @inlinable package var mutableElements: UnsafeMutableBufferPointer<Element> {
        UnsafeMutableBufferPointer(start: room.start, count: used)
    }

    @inlinable
    @inline(__always)
    package mutating func append(_ element: Element) throws(DelaunayError) {
        if used == limit { try grow(to: max(64, used &+ used / 2)) }
        room.start[used] = element
        used &+= 1
    }

    /// Makes room for `extra` more elements.
    @inlinable
    @inline(__always)
    package mutating func reserve(_ extra: Int) throws(DelaunayError) {
        if used &+ extra > limit { try grow(to: used &+ extra &+ used / 2) }
    }

    /// Appends where room has been reserved.
    @inlinable
    @inline(__always)
    package mutating func appendReserved(_ element: Element) {
        room.start[used] = element
        used &+= 1
    }

    /// Appends elements that the caller writes, where room has been reserved.
    @inlinable package mutating func appendUninitialized(_ more: Int) { used &+= more }

    /// Appends `more` elements where room has been reserved.
    package mutating func append(_ elements: UnsafePointer<Element>, count more: Int) {
        (room.start + used).update(from: elements, count: more)
        used &+= more
    }

    @inlinable
    @inline(__always)
    package mutating func removeAll() { used = 0 }

    @inlinable
    @inline(__always)
    package mutating func popLast() -> Element? {
        if used == 0 { return nil }
        used &-= 1
        return room.start[used]
    }

    @inlinable
    @inline(__always)
    package mutating func removeLast(_ number: Int) { used &-= number }

    /// Moves the elements of `other` behind its own; `other` is empty then.
    package mutating func take(_ other: inout FlatList) throws(DelaunayError) {
        if used == 0 { swap(&self, &other) }
        if other.used > 0 {
            if used + other.used > limit { try grow(to: used + other.used) }
            append(other.base, count: other.used)
        }
        other.empty()
    }

    /// Gives back the room that is not used.
    package mutating func trim() {
        room.shrink(to: used)
        limit = room.capacity
    }

    /// Removes everything and gives back the room.
    package mutating func empty() {
        used = 0
        trim()
    }

    @usableFromInline
    mutating func grow(to wanted: Int) throws(DelaunayError) {
        try room.grow(to: wanted)
        limit = room.capacity
    }
}

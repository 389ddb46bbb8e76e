import Hardware

/// What an inserter works with, whatever its cells are: the mesh's arrays, vertices of its own, the hole of
/// an insertion, and slots to fill.
struct Workbench: ~Copyable {
    let points: UnsafePointer<Double>
    let infinite: Int32
    private(set) var corners: UnsafeMutablePointer<Int32>
    private(set) var across: UnsafeMutablePointer<Int32>
    private(set) var marks: UnsafeMutablePointer<UInt32>

    /// Vertices of its own: `first ..< first + extent`.
    private var first: UInt32 = 0
    private var extent: UInt32 = .max
    /// The last mark given out; even numbers mean outside, odd ones inside. Others' marks must not be taken
    /// for one's own.
    var mark: UInt32 = 0
    /// Where the next search starts.
    var hint: Int32 = 0

    /// The cells of the hole, and the slots of those that fill it.
    var hole: FlatList<Int32>
    private(set) var slots: FlatList<Int32>

    /// Slots to fill: those that insertions left over, then a range of fresh ones.
    private var spare: FlatList<Int32>
    var fresh: Range<Int> = 0..<0

    init(
        sites: borrowing Sites, mesh: borrowing Mesh, account: MemoryAccount
    ) throws(DelaunayError) {
        let hole = try FlatList<Int32>(account: account)
        let slots = try FlatList<Int32>(account: account)
        let spare = try FlatList<Int32>(account: account)
        self.hole = hole
        self.slots = slots
        self.spare = spare
        points = sites.coordinates
        infinite = mesh.infinite
        corners = mesh.corners.base
        across = mesh.across.base
        marks = mesh.marks.base
    }

    /// Takes note of where the mesh's arrays are.
    mutating func attach(to mesh: borrowing Mesh) {
        corners = mesh.corners.base
        across = mesh.across.base
        marks = mesh.marks.base
    }

    // MARK: Vertices of its own

    /// From here on only the vertices in `range` are its own.
    mutating func restrict(to range: Range<Int>) {
        first = UInt32(range.lowerBound)
        extent = UInt32(range.count)
    }

    /// From here on every vertex is its own, the one at infinity too.
    mutating func unrestrict() {
        first = 0
        extent = .max
    }

    @inline(__always)
    func owns(vertex: Int32) -> Bool { UInt32(bitPattern: vertex) &- first < extent }

    // MARK: Slots

    /// Whether there are slots for `count` cells in the place of the hole's.
    @inline(__always)
    func hasRoom(for count: Int) -> Bool { count &- hole.count <= spare.count &+ fresh.count }

    /// Lists slots for `count` cells: those of the hole first, whose others are left over.
    mutating func takeSlots(_ count: Int) throws(DelaunayError) {
        slots.removeAll()
        try slots.reserve(count)
        for index in 0..<count {
            if index < hole.count {
                slots.appendReserved(hole.base[index])
                continue
            }
            let slot: Int32
            if let left = spare.popLast() {
                slot = left
            } else {
                slot = Int32(truncatingIfNeeded: fresh.lowerBound)
                fresh = fresh.lowerBound &+ 1..<fresh.upperBound
            }
            marks[Int(slot)] = 0
            slots.appendReserved(slot)
        }
        for index in stride(from: count, to: hole.count, by: 1) { try spare.append(hole.base[index]) }
        hint = slots.base[0]
    }

    /// Marks left-over slots as empty.
    mutating func vacate() {
        while let slot = spare.popLast() { corners[4 &* Int(slot)] = -1 }
    }
}

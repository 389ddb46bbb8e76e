/// A simplex spelled out: scratch that a worker decodes keys into.
struct Simplex: ~Copyable {
    /// All vertices, decreasing.
    let vertices: UnsafeMutablePointer<UInt32>
    /// The vertices that are not ends of the longest edge, decreasing.
    let others: UnsafeMutablePointer<UInt32>
    /// Room for the vertices of a facet. It is here because the compiler skips the deinit of `Cofacets`
    /// (Swift 6.3.1: a generic struct without copies inside another one, in an `InPlaceArray`).
    let facet: UnsafeMutablePointer<UInt32>
    private(set) var dimension = 0
    private(set) var rank: UInt32 = 0

    init() {
        vertices = .allocate(capacity: VietorisRips.highestSimplexDimension + 2)
        others = .allocate(capacity: VietorisRips.highestSimplexDimension + 2)
        facet = .allocate(capacity: VietorisRips.highestSimplexDimension + 2)
    }

    deinit {
        vertices.deallocate()
        others.deallocate()
        facet.deallocate()
    }

    var allVertices: UnsafeBufferPointer<UInt32> { .init(start: vertices, count: dimension + 1) }
    var otherVertices: UnsafeBufferPointer<UInt32> { .init(start: others, count: dimension - 1) }

    /// Spells out the simplex `key` of dimension `dimension`. `ends` are those of its longest edge,
    /// the larger first, and `pivot` is the pivot vertex of its block.
    @inline(__always)
    mutating func decode<Key>(
        _ key: Key, dimension: Int, codec: SimplexCodec<Key>, rank: UInt32, ends: (UInt32, UInt32),
        pivot: UInt32
    ) {
        self.dimension = dimension
        self.rank = rank
        let othersCount = dimension &- 1
        var rest = key
        var index = othersCount
        var pendingPivot = false
        if othersCount > 0, codec.containsPivot(key) {
            pendingPivot = true
            rest = codec.removingPivot(rest)
        }
        // From the smallest digit up; the pivot goes where its vertex number puts it.
        while index > 0 {
            let remaining = pendingPivot ? index &- 1 : index
            if remaining > 0 {
                let v = UInt32(truncatingIfNeeded: rest & codec.digitMask) &- 1
                if pendingPivot, pivot < v {
                    pendingPivot = false
                    index &-= 1
                    others[index] = pivot
                    continue
                }
                rest = rest &>> Key(truncatingIfNeeded: codec.bits)
                index &-= 1
                others[index] = v
            } else {
                pendingPivot = false
                index &-= 1
                others[index] = pivot
            }
        }
        merge(ends, othersCount)
    }

    /// vertices = others and both ends, decreasing.
    @inline(__always)
    private func merge(_ ends: (UInt32, UInt32), _ othersCount: Int) {
        var (read, write) = (0, 0)
        while read < othersCount, others[read] > ends.0 {
            vertices[write] = others[read]
            read &+= 1
            write &+= 1
        }
        vertices[write] = ends.0
        write &+= 1
        while read < othersCount, others[read] > ends.1 {
            vertices[write] = others[read]
            read &+= 1
            write &+= 1
        }
        vertices[write] = ends.1
        write &+= 1
        while read < othersCount {
            vertices[write] = others[read]
            read &+= 1
            write &+= 1
        }
    }
}

/// The cofacets of simplices of one dimension, as keys; scratch of one worker.
///
/// Knows how keys, blocks and the graph fit together: the longest edge of a cofacet s ∪ v is that of s,
/// or the longest of the edges from v to s.
struct Cofacets<Graph: RankedGraph, Key: SimplexKey>: ~Copyable {
    private let graph: Graph
    private let blocks: Blocks
    private let codec: SimplexCodec<Key>
    /// Of the simplices; their cofacets have one more.
    private let dimension: Int
    private let scanner: Graph.Scanner
    private let bits: Key
    /// The simplex that was decoded last.
    private var simplex = Simplex()
    /// The vertices of the simplex whose cofacets were found but for the largest, as digits in decreasing order; and the
    /// largest, as the digit before those that are left when another goes.
    private var (digits, largestDigit): (Key, Key) = (0, 0)

    init(graph: Graph, blocks: Blocks, codec: SimplexCodec<Key>, dimension: Int, scanner: Graph.Scanner) {
        self.graph = graph
        self.blocks = blocks
        self.codec = codec
        self.dimension = dimension
        self.scanner = scanner
        bits = Key(truncatingIfNeeded: codec.bits)
    }

    /// Finds the cofacets of `key` with rank in `low..<high`, those in its own block included if `low`
    /// does not pass it. Returns how many; `key` and `isNegative` tell of each until the next call.
    @inline(__always)
    mutating func find(of key: Key, from low: UInt32, to high: UInt32) -> Int {
        let rank = codec.rank(key, dimension: dimension)
        decode(key, dimension: dimension, rank: rank)
        digits = 0
        for u in simplex.allVertices.dropFirst() {
            digits = digits &<< bits | Key(truncatingIfNeeded: u &+ 1)
        }
        largestDigit =
            Key(truncatingIfNeeded: simplex.vertices[0] &+ 1)
            &<< (bits &* Key(truncatingIfNeeded: dimension &- 1))
        // A vertex whose edges are all below the simplex's rank gives a cofacet in its own block.
        return scanner.between(simplex.allVertices, low: low <= rank ? 0 : low, high: high)
    }

    /// The key of the cofacet found at `index`; nil when its block is closed and it lacks the apex:
    /// emptying such a block looks only at simplices with the apex, so others need not even appear.
    @inline(__always)
    func key(_ index: Int) -> Key? {
        let v = scanner.foundVertices[index]
        let reach = scanner.foundRanks[index]
        return reach < simplex.rank ? keyInOwnBlock(adding: v) : keyBeyond(adding: v, reach: reach)
    }

    /// Whether the simplex has coefficient −1 in the boundary of the cofacet found at `index`: the new
    /// vertex comes i-th among all in decreasing order, i odd.
    @inline(__always)
    func isNegative(_ index: Int) -> Bool {
        let v = scanner.foundVertices[index]
        var larger = 0
        for u in simplex.allVertices where u > v { larger &+= 1 }
        return larger & 1 == 1
    }

    /// Whether the last facet σ of the cofacet τ = `key`, which does not contain its block's pivot
    /// vertex, has τ as its first cofacet: whether no vertex smaller than the one left out is joined to
    /// all of σ.
    mutating func isApparent(_ key: Key, rank: UInt32) -> Bool {
        decode(key, dimension: dimension + 1, rank: rank)
        let others = simplex.otherVertices
        let left = others[others.count - 1]
        let pivot = blocks.pivot(of: rank)
        if others.dropLast().allSatisfy({ scanner.rank(pivot, $0) < rank }) { return false }
        var count = 0
        for v in simplex.allVertices where v != left {
            simplex.facet[count] = v
            count += 1
        }
        return !scanner.hasCommonNeighbour(
            UnsafeBufferPointer(start: simplex.facet, count: count), below: left, within: rank)
    }

    /// Whether the last facet of the cofacet `key`, of rank `rank`, has coefficient −1 in its boundary.
    mutating func isLastFacetNegative(in key: Key, rank: UInt32) -> Bool {
        decode(key, dimension: dimension + 1, rank: rank)
        let others = simplex.otherVertices
        let left = codec.containsPivot(key) ? blocks.pivot(of: rank) : others[others.count - 1]
        var index = 0
        while simplex.vertices[index] != left { index += 1 }
        return index & 1 == 1
    }

    @inline(__always)
    private mutating func decode(_ key: Key, dimension: Int, rank: UInt32) {
        simplex.decode(
            key, dimension: dimension, codec: codec, rank: rank, ends: graph.ends(of: rank),
            pivot: blocks.pivot(of: rank))
    }

    /// The key of the simplex and v, whose longest edge stays the same.
    @inline(__always)
    private func keyInOwnBlock(adding v: UInt32) -> Key {
        let pivot = blocks.pivot(of: simplex.rank)
        var key = Key(truncatingIfNeeded: simplex.rank)
        var hasPivot = v == pivot
        var pending = !hasPivot
        for u in simplex.otherVertices {
            if pending, v > u {
                key = key &<< bits | Key(truncatingIfNeeded: v &+ 1)
                pending = false
            }
            if u == pivot { hasPivot = true } else { key = key &<< bits | Key(truncatingIfNeeded: u &+ 1) }
        }
        if pending { key = key &<< bits | Key(truncatingIfNeeded: v &+ 1) }
        return hasPivot ? key &<< bits : key
    }

    /// The key of the simplex and v, whose longest edge has v as an end and rank `reach`.
    ///
    /// Nobody could foretell where the other end and the pivot vertex stand: nothing branches on it.
    @inline(__always)
    private func keyBeyond(adding v: UInt32, reach: UInt32) -> Key? {
        let (a, b) = graph.ends(of: reach)
        let (end, pivot) = (a == v ? b : a, blocks.pivot(of: reach))
        let last = dimension
        // Counted from the smallest vertex.
        var (endPlace, pivotPlace, pivots) = (0, 0, 0)
        for index in 0...last {
            let u = simplex.vertices[index]
            endPlace = u == end ? last &- index : endPlace
            pivotPlace = u == pivot ? last &- index : pivotPlace
            pivots &+= u == pivot ? 1 : 0
        }
        let hasPivot = pivots > 0
        // All ones where the end is not the largest.
        let hasLargest = Key(truncatingIfNeeded: (endPlace &- last) &>> (Int.bitWidth - 1))
        let others = removing(digitAt: endPlace, from: digits) | largestDigit & hasLargest
        let pivotPlaceAmongOthers = pivotPlace &- (pivotPlace > endPlace ? 1 : 0)
        let withPivot = removing(digitAt: pivotPlaceAmongOthers, from: others) &<< bits
        let key =
            Key(truncatingIfNeeded: reach) &<< (bits &* Key(truncatingIfNeeded: last))
            | (hasPivot ? withPivot : others)
        return hasPivot || blocks.isOpen(reach) ? key : nil
    }

    /// The same digits where there is none at `place`.
    @inline(__always)
    private func removing(digitAt place: Int, from digits: Key) -> Key {
        let shift = bits &* Key(truncatingIfNeeded: place)
        let below: Key = (1 &<< shift) &- 1
        return digits & below | (digits &>> bits) & ~below
    }
}

internal import Hardware

/// Edges as one worker finds them, in no order, their memory counted on the account.
final class EdgeList<Length: BinaryFloatingPoint & Sendable> {
    /// The larger end in the upper half, the smaller in the lower.
    private(set) var ends: UnsafeMutablePointer<UInt64>
    private(set) var lengths: UnsafeMutablePointer<Length>
    private(set) var count = 0
    private var capacity: Int
    private let memory: MemoryAccount

    static var edgeBytes: Int { MemoryLayout<UInt64>.stride + MemoryLayout<Length>.stride }

    /// - Parameter capacity: the places that are made now.
    init(capacity: Int = 0, memory: MemoryAccount) throws(MemoryBudgetExceeded) {
        try memory.reserve(capacity * Self.edgeBytes)
        ends = .allocate(capacity: capacity)
        lengths = .allocate(capacity: capacity)
        self.capacity = capacity
        self.memory = memory
    }

    deinit {
        ends.deallocate()
        lengths.deallocate()
        memory.release(capacity * Self.edgeBytes)
    }

    /// Makes room for `more` edges beyond those that are there.
    func makeRoom(for more: Int) throws(MemoryBudgetExceeded) {
        guard count + more > capacity else { return }
        let larger = max(count + more, 2 * capacity, 1024)
        try memory.reserve(larger * Self.edgeBytes)
        let (newEnds, newLengths) = (
            UnsafeMutablePointer<UInt64>.allocate(capacity: larger),
            UnsafeMutablePointer<Length>.allocate(capacity: larger)
        )
        newEnds.update(from: ends, count: count)
        newLengths.update(from: lengths, count: count)
        ends.deallocate()
        lengths.deallocate()
        memory.release(capacity * Self.edgeBytes)
        (ends, lengths, capacity) = (newEnds, newLengths, larger)
    }

    /// Adds an edge for which there is room.
    func append(_ a: Int32, _ b: Int32, _ length: Length) {
        let (larger, smaller) = a > b ? (a, b) : (b, a)
        ends[count] = UInt64(UInt32(bitPattern: larger)) << 32 | UInt64(UInt32(bitPattern: smaller))
        lengths[count] = length
        count += 1
    }

    /// Fills a list of `capacity` edges at once, with `write` storing them in any order.
    func fill(_ write: (UnsafeMutablePointer<UInt64>, UnsafeMutablePointer<Length>) -> Void) {
        write(ends, lengths)
        count = capacity
    }
}

// Edges are put in order by two passes of counting, by the smaller end and then by the larger: linear
// in edges and vertices, and the same whichever list an edge stood in.

/// The edges of all `lists` in order of their smaller ends.
func bySmallerEnd<Length>(
    _ lists: [EdgeList<Length>], vertexCount: Int, memory: MemoryAccount
) throws(MemoryBudgetExceeded) -> EdgeList<Length> {
    let total = lists.reduce(0) { $0 + $1.count }
    let ordered = try EdgeList<Length>(capacity: total, memory: memory)
    var places = firstPlaces(of: lists, vertexCount: vertexCount) { Int($0 & 0xffff_ffff) }
    ordered.fill { ends, lengths in
        for list in lists {
            for edge in 0..<list.count {
                let key = Int(list.ends[edge] & 0xffff_ffff)
                ends[places[key]] = list.ends[edge]
                lengths[places[key]] = list.lengths[edge]
                places[key] &+= 1
            }
        }
    }
    return ordered
}

/// The edges of `list` in order of their larger ends, those of one end as they stood; the bytes of
/// both arrays are reserved and stay so.
func byLargerEnd<Length>(
    _ list: EdgeList<Length>, vertexCount: Int, memory: MemoryAccount
) throws(MemoryBudgetExceeded) -> (ends: [Int32], lengths: [Length]) {
    let total = list.count
    try memory.reserve(total * EdgeList<Length>.edgeBytes)
    var places = firstPlaces(of: [list], vertexCount: vertexCount) { Int($0 >> 32) }
    var ends: [Int32] = []
    let lengths = [Length](unsafeUninitializedCapacity: total) { lengths, lengthCount in
        ends = [Int32](unsafeUninitializedCapacity: 2 * total) { ends, endCount in
            for edge in 0..<total {
                let pair = list.ends[edge]
                let place = places[Int(pair >> 32)]
                ends[2 &* place] = Int32(truncatingIfNeeded: pair >> 32)
                ends[2 &* place &+ 1] = Int32(truncatingIfNeeded: pair)
                lengths[place] = list.lengths[edge]
                places[Int(pair >> 32)] = place &+ 1
            }
            endCount = 2 * total
        }
        lengthCount = total
    }
    return (ends, lengths)
}

/// For each vertex, how many edges have a lesser key.
private func firstPlaces<Length>(
    of lists: [EdgeList<Length>], vertexCount: Int, key: (UInt64) -> Int
) -> [Int] {
    var places = [Int](repeating: 0, count: vertexCount + 1)
    for list in lists {
        for edge in 0..<list.count { places[key(list.ends[edge]) + 1] += 1 }
    }
    for vertex in 0..<vertexCount { places[vertex + 1] += places[vertex] }
    return places
}

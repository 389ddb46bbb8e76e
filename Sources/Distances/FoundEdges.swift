internal import Hardware

/// The edges that a team finds, panel by panel, and in the end all of them row by row.
///
/// `@unchecked Sendable`: a panel, its rows and a worker's list are used by one worker at a time.
final class FoundEdges<Length: BinaryFloatingPoint & Sendable & BitwiseCopyable>: @unchecked Sendable {
    /// The edges of each row.
    let sizes: UnsafeMutablePointer<Int>
    private let rowCount: Int
    private let panelCount: Int
    private let lists: [EdgeList<Length>]
    /// Where the edges of each panel stand.
    private let segments: UnsafeMutablePointer<Segment>
    private let memory: MemoryAccount

    private struct Segment {
        var worker = 0
        var places = 0..<0
    }

    init(rowCount: Int, panelCount: Int, workerCount: Int, memory: MemoryAccount) {
        self.rowCount = rowCount
        self.panelCount = panelCount
        self.memory = memory
        lists = (0..<workerCount).map { _ in EdgeList(memory: memory) }
        sizes = .allocate(capacity: rowCount)
        sizes.initialize(repeating: 0, count: rowCount)
        segments = .allocate(capacity: panelCount)
        segments.initialize(repeating: Segment(), count: panelCount)
    }

    deinit {
        sizes.deallocate()
        segments.deallocate()
    }

    /// The list in which `worker` writes what it finds for `panel`.
    func begin(_ panel: Int, _ worker: Int) -> EdgeList<Length> {
        segments[panel] = Segment(worker: worker, places: lists[worker].count..<lists[worker].count)
        return lists[worker]
    }

    func end(_ panel: Int, _ list: EdgeList<Length>) {
        segments[panel].places = segments[panel].places.lowerBound..<list.count
    }

    /// All edges by row, those of a row as they were found: in the order of columns. The bytes of both
    /// arrays are reserved and stay so. Nil, with nothing reserved, where `stop` has been set.
    func joined(
        on team: any Team, stop: StopSignal
    ) throws(MemoryBudgetExceeded) -> (ends: [Int32], lengths: [Length])? {
        var total = 0
        for row in 0..<rowCount {
            let size = sizes[row]
            sizes[row] = total
            total += size
        }
        let bytes = total * EdgeList<Length>.edgeBytes
        try memory.reserve(bytes)
        var isComplete = false
        var ends: [Int32] = []
        let lengths = [Length](unsafeUninitializedCapacity: total) { lengths, lengthCount in
            ends = [Int32](unsafeUninitializedCapacity: 2 * total) { ends, endCount in
                isComplete = fill(ends, lengths, total, team, stop)
                endCount = isComplete ? 2 * total : 0
            }
            lengthCount = isComplete ? total : 0
        }
        if !isComplete {
            memory.release(bytes)
            return nil
        }
        return (ends, lengths)
    }

    /// False where `stop` has been set.
    private func fill(
        _ ends: UnsafeMutableBufferPointer<Int32>, _ lengths: UnsafeMutableBufferPointer<Length>,
        _ total: Int, _ team: any Team, _ stop: StopSignal
    ) -> Bool {
        guard let ends = ends.baseAddress, let lengths = lengths.baseAddress else { return true }
        LargeBlocks.preferHugePages(ends, count: 2 * total)
        LargeBlocks.preferHugePages(lengths, count: total)
        // Panels side by side write to the same pages.
        LargeBlocks.touch(ends, count: 2 * total, team)
        LargeBlocks.touch(lengths, count: total, team)
        let (sharedEnds, sharedLengths) = (SharedBuffer(ends), SharedBuffer(lengths))
        team.forEachChunk(of: panelCount, by: 64, stop: stop) { _, panels in
            let (ends, lengths) = (sharedEnds.base, sharedLengths.base)
            for panel in panels {
                let segment = segments[panel]
                let list = lists[segment.worker]
                for edge in segment.places {
                    let pair = list.ends[edge]
                    let place = sizes[Int(pair >> 32)]
                    sizes[Int(pair >> 32)] = place &+ 1
                    ends[2 &* place] = Int32(truncatingIfNeeded: pair >> 32)
                    ends[2 &* place &+ 1] = Int32(truncatingIfNeeded: pair)
                    lengths[place] = list.lengths[edge]
                }
            }
        }
        return !stop.isStopped
    }
}

import Hardware

/// What the edge pass found: for the block of every edge, its shape and its pivot vertex.
///
/// Sendable: written in disjoint places during the pass, only read afterwards.
struct Blocks: @unchecked Sendable {
    private static let openFlag: UInt32 = 1 << 31
    /// By rank: the pivot vertex with a flag for open blocks, `none` for critical edges.
    private let codes: UnsafeMutablePointer<UInt32>
    private let storage: Storage<UInt32>
    /// Whether a device found them.
    let areFromDevice: Bool

    /// Looks at the lune of every edge of `graph`.
    init<Graph: RankedGraph>(
        of graph: Graph, scratch: WorkerScratch<Graph.Scanner>, context: ComputeContext,
        progress: ClosedRange<Double>
    ) throws(HomologyError) {
        let storage = try Storage<UInt32>(count: graph.edgeCount, memory: context.memory)
        self.storage = storage
        codes = storage.base
        if let device = context.device, let rows = graph.deviceRows,
            try DeviceEdgePass(rows, device: device).run(into: storage, context: context, progress: progress)
        {
            areFromDevice = true
            return
        }
        areFromDevice = false
        let groupCount = graph.edgeGroupCount
        try context.forEachChunk(of: groupCount, size: 1) { worker, range throws(HomologyError) in
            let scanner = scratch.scanners[worker]
            for group in range {
                try graph.forEachEdge(inGroup: group) { rank throws(HomologyError) in
                    switch try scanner.block(of: rank) {
                    case .critical: storage.base[Int(rank)] = none
                    case .closed(let apex): storage.base[Int(rank)] = apex
                    case .open(let pivot): storage.base[Int(rank)] = pivot | Self.openFlag
                    }
                }
            }
            let done = Double(range.upperBound) / Double(groupCount)
            context.progress.advance(
                to: progress.lowerBound + done * (progress.upperBound - progress.lowerBound))
        }
    }

    /// A copy, by rank: what can be compared with other passes.
    var all: [UInt32] {
        withExtendedLifetime(storage) { Array(UnsafeBufferPointer(start: codes, count: storage.count)) }
    }

    /// The first vertex in the order of the block of `rank`. Not for critical edges.
    @inline(__always)
    func pivot(of rank: UInt32) -> UInt32 { codes[Int(rank)] & ~Self.openFlag }

    @inline(__always)
    func isCritical(_ rank: UInt32) -> Bool { codes[Int(rank)] == none }

    /// The ranks of the critical edges, ascending.
    func criticalRanks(_ context: ComputeContext) throws(HomologyError) -> Storage<UInt32> {
        try context.members(of: 0..<storage.count) { isCritical(UInt32(truncatingIfNeeded: $0)) }
    }

    @inline(__always)
    func isOpen(_ rank: UInt32) -> Bool {
        let code = codes[Int(rank)]
        return code & Self.openFlag != 0 && code != none
    }
}

/// Scratch of the workers of one computation, each used by its own worker only.
///
/// Sendable for that reason.
struct WorkerScratch<Scanner: RankScanner>: @unchecked Sendable {
    let scanners: [Scanner]
    let lunes: [LuneGraph]

    init<Graph: RankedGraph>(of graph: Graph, context: ComputeContext) throws(HomologyError)
    where Graph.Scanner == Scanner {
        var scanners: [Scanner] = []
        var lunes: [LuneGraph] = []
        for _ in 0..<context.team.size {
            scanners.append(try graph.makeScanner())
            lunes.append(LuneGraph(memory: context.memory))
        }
        self.scanners = scanners
        self.lunes = lunes
    }

    subscript(worker: Int) -> (Scanner, LuneGraph) { (scanners[worker], lunes[worker]) }
}

import Hardware
import RankKernels

/// What the edge pass found: for the block of every edge, its shape and its pivot vertex.
///
/// Sendable: written in disjoint places during the pass, only read afterwards.
struct Blocks: @unchecked Sendable {
    private static let openFlag = UInt32(TDA_OPEN_BLOCK)
    private static let connectedFlag = UInt32(TDA_CONNECTED_LUNE)
    /// Beside the flags no more have a number.
    static let mostVertices = 1 << 30
    /// By rank: the pivot vertex with flags for open blocks, `none` for critical edges.
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
        try graph.findBlocks(into: storage, scratch: scratch, context: context) { done in
            context.progress.advance(by: done, of: progress)
        }
    }

    /// - Parameter isConnected: whether the lune is known to be.
    static func code(of block: Block, isConnected: Bool) -> UInt32 {
        switch block {
        case .critical: none
        case .closed(let apex): apex
        case .open(let pivot): pivot | openFlag | (isConnected ? connectedFlag : 0)
        }
    }

    /// The first vertex in the order of the block of `rank`. Not for critical edges.
    @inline(__always)
    func pivot(of rank: UInt32) -> UInt32 { codes[Int(rank)] & ~(Self.openFlag | Self.connectedFlag) }

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

    /// Whether the lune may have several components.
    func mayBeUnconnected(_ rank: UInt32) -> Bool {
        let code = codes[Int(rank)]
        return code & (Self.openFlag | Self.connectedFlag) == Self.openFlag && code != none
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

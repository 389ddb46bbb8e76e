import Hardware
import OpenCLKernels
import Vocabulary

/// The pass over all edges (`Blocks`) on an OpenCL device, a work-group an edge, in epochs between which the sets of
/// neighbours grow. Gives the shapes that the host gives; apex and pivot vertex may be others.
struct DeviceEdgePass {
    private let rows: DeviceRows
    private let device: OpenCLDevice

    /// Work-items of a group, as the kernel says.
    private static let groupSize = 32
    /// Between two looks at the stop signal.
    private static let timeAtOnce = Duration.milliseconds(10)

    init(_ rows: DeviceRows, device: OpenCLDevice) {
        self.rows = rows
        self.device = device
    }

    /// Writes the code of every edge.
    ///
    /// - Returns: false where the device could not do it; it has been told then, and nothing that was
    ///   written counts.
    func run(
        into codes: Storage<UInt32>, context: ComputeContext, progress: ClosedRange<Double>
    ) throws(HomologyError) -> Bool {
        guard device.isUsable, codes.count > 0 else { return false }
        do throws(OpenCLError) {
            try compute(into: codes, context: context, progress: progress)
        } catch {
            device.giveUp(error)
            return false
        }
        try context.checkStop()
        return true
    }

    /// 32-bit words of a set.
    private var words: Int { 2 * Int(rows.matrix.words) }

    /// Enough edges to fill a device, and so few that next to none of the neighbours in a word are of the epoch.
    private var epoch: Int { max(1 << 14, rows.vertexCount * rows.vertexCount / 512) }

    private func compute(
        into codes: Storage<UInt32>, context: ComputeContext, progress: ClosedRange<Double>
    ) throws(OpenCLError) {
        // Four sets, and what the items of a group ask each other.
        let setBytes = 4 * words * MemoryLayout<UInt32>.stride
        guard setBytes + 64 <= device.description.localMemory else {
            throw .unsuitable("sets of \(32 * words) vertices are too large for \(device.description.name)")
        }
        var sets = try DeviceSets.begin(rows, words: words, device: device, memory: context.memory)
        let results = try device.buffer(byteCount: codes.count * 4, memory: context.memory)
        // The device's answers are copied by one thread, which should not have to clear the pages.
        LargeBlocks.touch(codes.base, count: codes.count, context.team)
        var kernel = try device.kernel("blocks", of: DeviceSets.source)
        var (first, fetched, atOnce) = (0, 0, 1)
        while first < codes.count, !context.stop.isStopped {
            let begin = ContinuousClock.now
            let end = min(first + atOnce * epoch, codes.count)
            while first < end {
                let count = min(epoch, end - first)
                try sets.enter(near: first / 3, fresh: first..<first + count)
                kernel.removeArguments()
                try sets.append(to: &kernel)
                try kernel.append(UInt32(first))
                try kernel.append(results)
                try kernel.append(localBytes: setBytes)
                try device.run(kernel, groups: [count], groupSize: [Self.groupSize])
                try sets.settle()
                first += count
            }
            try device.read(
                results, at: 4 * fetched,
                into: UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(start: codes.base + fetched, count: first - fetched)))
            fetched = first
            if begin.duration(to: .now) < Self.timeAtOnce { atOnce *= 2 }
            context.progress.advance(by: Double(first) / Double(codes.count), of: progress)
        }
    }
}

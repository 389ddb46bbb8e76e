import Hardware
import OpenCLKernels
import Vocabulary

/// A rank matrix with the ends of its edges, as a device takes them. Borrows both.
struct DeviceRows {
    let matrix: RankMatrix
    /// All rows with what stands behind them.
    let lanes: UnsafeBufferPointer<UInt32>
    /// Larger end << 16 | smaller end, by rank.
    let ends: UnsafeBufferPointer<UInt32>
}

/// The pass over all edges (`Blocks`) on an OpenCL device, a work-group an edge. Gives what the host gives,
/// to the vertex.
struct DeviceEdgePass {
    private let rows: DeviceRows
    private let device: OpenCLDevice

    private static let source = OpenCLDevice.Source(
        name: "blocks.cl", text: String(cString: tda_opencl_blocks()))
    /// Work-items of a group, as the kernel says.
    private static let groupSize = 64
    /// Edges between two looks at the stop signal.
    private static let edgesAtOnce = 1 << 14

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

    private func compute(
        into codes: Storage<UInt32>, context: ComputeContext, progress: ClosedRange<Double>
    ) throws(OpenCLError) {
        let words = 2 * Int(rows.matrix.words)
        let setBytes = 3 * words * MemoryLayout<UInt32>.stride
        // Beside the sets the kernel keeps a number for each item.
        guard setBytes + Self.groupSize * 8 <= device.description.localMemory else {
            throw .unsuitable("sets of \(32 * words) vertices are too large for \(device.description.name)")
        }
        let ranks = try buffer(of: UnsafeRawBufferPointer(rows.lanes), context.memory)
        let ends = try buffer(
            of: UnsafeRawBufferPointer(rows.ends), context.memory)
        let most = min(Self.edgesAtOnce, codes.count)
        let results = try device.buffer(byteCount: most * MemoryLayout<UInt32>.stride, memory: context.memory)
        var kernel = try device.kernel("blocks", of: Self.source)
        for first in stride(from: 0, to: codes.count, by: most) where !context.stop.isStopped {
            let count = min(most, codes.count - first)
            kernel.removeArguments()
            try kernel.append(ranks)
            try kernel.append(UInt32(rows.matrix.stride))
            try kernel.append(UInt32(words))
            try kernel.append(ends)
            try kernel.append(UInt32(first))
            try kernel.append(results)
            try kernel.append(localBytes: setBytes)
            try device.run(kernel, groups: [count], groupSize: [Self.groupSize])
            try device.read(
                results,
                into: UnsafeMutableRawBufferPointer(
                    UnsafeMutableBufferPointer(start: codes.base + first, count: count)))
            let done = Double(first + count) / Double(codes.count)
            context.progress.advance(
                to: progress.lowerBound + done * (progress.upperBound - progress.lowerBound))
        }
    }

    private func buffer(
        of bytes: UnsafeRawBufferPointer, _ memory: MemoryAccount
    ) throws(OpenCLError) -> OpenCLBuffer {
        let buffer = try device.buffer(byteCount: bytes.count, memory: memory)
        try device.write(bytes, to: buffer)
        return buffer
    }
}

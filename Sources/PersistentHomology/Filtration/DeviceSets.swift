import Hardware
import OpenCLKernels

/// A rank matrix with the ends of its edges, as a device takes them. Borrows both.
struct DeviceRows {
    let vertexCount: Int
    let matrix: RankMatrix
    /// All rows with what stands behind them.
    let lanes: UnsafeBufferPointer<UInt32>
    /// Larger end << 16 | smaller end, by rank.
    let ends: UnsafeBufferPointer<UInt32>
}

/// A graph on a device while its edges are gone through: the sets that `blocks.cl` speaks of, and what they are made
/// from.
struct DeviceSets: ~Copyable {
    static let source = OpenCLDevice.Source(name: "blocks.cl", text: String(cString: tda_opencl_blocks()))
    /// Work-items of a group that work by themselves.
    private static let groupSize = 64

    private let vertexCount: Int
    private let words: Int
    private let stride: Int
    private let device: OpenCLDevice
    private let ranks: OpenCLBuffer
    private let ends: OpenCLBuffer
    private let present: OpenCLBuffer
    private let fresh: OpenCLBuffer
    private let near: OpenCLBuffer
    /// How many edges `near` has.
    private var nearCount = 0

    /// - Parameter words: of 32 bits, in a set.
    static func begin(
        _ rows: DeviceRows, words: Int, device: OpenCLDevice, memory: MemoryAccount
    ) throws(OpenCLError) -> DeviceSets {
        let size = words * rows.vertexCount
        let sets = DeviceSets(
            vertexCount: rows.vertexCount, words: words, stride: rows.matrix.stride, device: device,
            ranks: try device.buffer(of: rows.lanes, memory: memory),
            ends: try device.buffer(of: rows.ends, memory: memory),
            present: try device.buffer(byteCount: 4 * size, memory: memory),
            fresh: try device.buffer(byteCount: 4 * size, memory: memory),
            near: try device.buffer(byteCount: 4 * size, memory: memory))
        var kernel = try device.kernel("begin", of: source)
        try kernel.append(sets.present)
        try kernel.append(sets.fresh)
        try kernel.append(sets.near)
        try kernel.append(UInt32(rows.vertexCount))
        try kernel.append(UInt32(words))
        try sets.run(kernel, items: size)
        return sets
    }

    /// Begins an epoch with the edges `fresh`, and has `near` grow to its first edges.
    mutating func enter(near count: Int, fresh edges: Range<Int>) throws(OpenCLError) {
        try join(nearCount..<count, near)
        nearCount = count
        try join(edges, fresh)
    }

    /// Ends the epoch.
    func settle() throws(OpenCLError) {
        var kernel = try device.kernel("settle", of: Self.source)
        try kernel.append(present)
        try kernel.append(fresh)
        try kernel.append(UInt32(vertexCount))
        try kernel.append(UInt32(words))
        try run(kernel, items: vertexCount * words)
    }

    /// The first arguments of `blocks`.
    func append(to kernel: inout OpenCLKernel) throws(OpenCLError) {
        try kernel.append(present)
        try kernel.append(fresh)
        try kernel.append(near)
        try kernel.append(ranks)
        try kernel.append(UInt32(words))
        try kernel.append(UInt32(stride))
        try kernel.append(ends)
    }

    private func join(_ edges: Range<Int>, _ sets: borrowing OpenCLBuffer) throws(OpenCLError) {
        guard !edges.isEmpty else { return }
        var kernel = try device.kernel("join", of: Self.source)
        try kernel.append(ends)
        try kernel.append(UInt32(edges.lowerBound))
        try kernel.append(UInt32(edges.upperBound))
        try kernel.append(UInt32(words))
        try kernel.append(sets)
        try run(kernel, items: edges.count)
    }

    private func run(_ kernel: borrowing OpenCLKernel, items: Int) throws(OpenCLError) {
        try device.run(
            kernel, groups: [(items + Self.groupSize - 1) / Self.groupSize], groupSize: [Self.groupSize])
    }
}

extension OpenCLDevice {
    /// A buffer that holds `values`.
    fileprivate func buffer(
        of values: UnsafeBufferPointer<UInt32>, memory: MemoryAccount
    ) throws(OpenCLError) -> OpenCLBuffer {
        let bytes = UnsafeRawBufferPointer(values)
        let buffer = try buffer(byteCount: bytes.count, memory: memory)
        try write(bytes, to: buffer)
        return buffer
    }
}

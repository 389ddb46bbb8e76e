internal import DistanceKernels
internal import Hardware
internal import OpenCLKernels
internal import Vocabulary

/// The lower triangle of a distance matrix on an OpenCL device, some rows at a time.
struct OpenCLDistances: Sendable {
    private let points: PreparedPoints
    private let device: OpenCLDevice

    private static let source = OpenCLDevice.Source(
        name: "distances.cl", text: String(cString: tda_opencl_distances()))

    /// Points on each side of a tile, and work-items.
    private static let tileSide = 64
    private static let groupSide = 16
    /// Results that come back at once: enough to fill any device, few enough to stop in between.
    private static let resultsAtOnce = 1 << 24

    /// Nil where the device cannot compute the distances of `points`: in double precision, or by `pow`.
    init?(_ points: PreparedPoints, device: OpenCLDevice) {
        let needsDoubles = points.arithmetic.usesDoubles
        guard points.plan.sum != TDA_POWER_MEAN, !needsDoubles || device.description.hasDoublePrecision,
            points.count < 1 << 31
        else { return nil }
        self.points = points
        self.device = device
    }

    /// All `pairs` distances in condensed order, their bytes reserved on the account; nil where the device
    /// failed, which it has been told, or is too small.
    func fill<Value: BinaryFloatingPoint & Sendable>(
        _ pairs: Int, context: ComputeContext
    ) throws(DistanceError) -> [Value]? {
        var failure: OpenCLError?
        let values = try condensedMatrix(pairs, of: Value.self, context: context) { distances in
            do throws(OpenCLError) {
                try compute(into: distances.base, context: context)
            } catch {
                failure = error
            }
        }
        guard let failure else { return values }
        context.memory.release(pairs * MemoryLayout<Value>.stride)
        device.giveUp(failure)
        return nil
    }

    /// Some pairs may have been written when this throws what the device answers.
    private func compute<Value: BinaryFloatingPoint & Sendable>(
        into distances: UnsafeMutablePointer<Value>, context: ComputeContext
    ) throws(OpenCLError) {
        let coordinates = try upload(memory: context.memory)
        let rowRanges = self.rowRanges
        let most = rowRanges.map { pairs(in: $0) }.max() ?? 0
        let results = try device.buffer(byteCount: most * MemoryLayout<Value>.stride, memory: context.memory)
        var kernel = try device.kernel("distances", of: Self.source, options: options)
        for rows in rowRanges where !context.stop.isStopped {
            kernel.removeArguments()
            try kernel.append(coordinates)
            try kernel.append(UInt32(points.count))
            try kernel.append(UInt32(points.dimension))
            try kernel.append(UInt32(rows.lowerBound))
            try kernel.append(UInt32(rows.upperBound))
            if points.arithmetic.usesDoubles {
                try kernel.append(points.factor)
            } else {
                try kernel.append(Float(points.factor))
            }
            try kernel.append(results)
            let groups = [rows.upperBound - 1, rows.count].map { ($0 + Self.tileSide - 1) / Self.tileSide }
            try device.run(kernel, groups: groups, groupSize: [Self.groupSide, Self.groupSide])
            let start = distances + triangle(rows.lowerBound)
            try device.read(
                results,
                into: UnsafeMutableRawBufferPointer(
                    start: start, count: pairs(in: rows) * MemoryLayout<Value>.stride))
            points.refine(rows, of: start)
            context.progress.advance(to: 0.1 * Double(rows.upperBound) / Double(points.count))
        }
    }

    private func upload(memory: MemoryAccount) throws(OpenCLError) -> OpenCLBuffer {
        let buffer = try device.buffer(
            byteCount: points.coordinates.count * points.arithmetic.coordinateBytes, memory: memory)
        switch (points.coordinates, points.arithmetic.usesDoubles) {
        case (.float32(let values), false): try write(values, to: buffer)
        case (.float64(let values), true): try write(values, to: buffer)
        case (.float32(let values), true): try write(values.map(Double.init), to: buffer)
        case (.float64(let values), false): try write(values.map { Float($0) }, to: buffer)
        }
        return buffer
    }

    private func write<Value>(_ values: [Value], to buffer: borrowing OpenCLBuffer) throws(OpenCLError) {
        var failure: OpenCLError?
        values.withUnsafeBytes { bytes in
            do throws(OpenCLError) { try device.write(bytes, to: buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// The rows with their pairs, from row 1 on.
    private var rowRanges: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var first = 1
        while first < points.count {
            var end = min(points.count, first + Self.tileSide)
            while end < points.count, pairs(in: first..<end + Self.tileSide) <= Self.resultsAtOnce {
                end = min(points.count, end + Self.tileSide)
            }
            ranges.append(first..<end)
            first = end
        }
        return ranges
    }

    private func pairs(in rows: Range<Int>) -> Int { triangle(rows.upperBound) - triangle(rows.lowerBound) }
    private func triangle(_ rows: Int) -> Int { rows * (rows - 1) / 2 }

    private var options: String {
        let real = points.arithmetic.usesDoubles ? "double" : "float"
        let result = points.arithmetic == .doubles ? "double" : "float"
        var options = "-DREAL=\(real) -DRESULT=\(result) -DSUM=\(points.plan.sum.rawValue)"
        if points.arithmetic.usesDoubles { options += " -DNEEDS_DOUBLES" }
        return options
    }
}

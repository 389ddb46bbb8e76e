internal import DistanceKernels
internal import Hardware
internal import OpenCLKernels
internal import Vocabulary

/// The lower triangle of a distance matrix on an OpenCL device, some rows at a time: while the device computes and
/// sends the next ones, the team puts those that have come where they belong.
struct OpenCLDistances: Sendable {
    private let points: PreparedPoints
    /// Which point is which row; nil for the order of the cloud.
    private let order: [Int32]?
    private let device: OpenCLDevice

    private static let source = OpenCLDevice.Source(
        name: "distances.cl", text: String(cString: tda_opencl_distances()))

    /// Points on each side of a tile, and work-items.
    private static let tileSide = PairwiseDistances.tileSide
    private static let groupSide = 16
    /// Results that come back at once: enough to fill any device, few enough to stop in between.
    private static let resultsAtOnce = 1 << 20
    /// Coordinates that go there at once.
    private static let bytesAtOnce = 4 << 20
    /// Columns that a worker puts in their place at once: whole pages.
    private static let columnsAtOnce = 1024

    /// Nil where the device cannot compute the distances of `points`: in double precision, or by `pow`.
    init?(_ points: PreparedPoints, order: [Int32]?, device: OpenCLDevice) {
        let needsDoubles = points.arithmetic.usesDoubles
        guard points.plan.sum != TDA_POWER_MEAN, !needsDoubles || device.description.hasDoublePrecision,
            points.count < 1 << 31, device.isUsable
        else { return nil }
        self.points = points
        self.order = order
        self.device = device
    }

    /// Fills the first rows, all of them unless the device fails, which it has been told then, is too small, or the
    /// stop signal is raised meanwhile.
    ///
    /// - Parameter whenFilled: as that of `PairwiseDistances.fillSquare`.
    /// - Returns: how many rows are done: all, or a multiple of `tileSide`.
    func fill<Value: BinaryFloatingPoint & Sendable>(
        _ distances: SharedBuffer<Value>, _ layout: TriangleLayout, context: ComputeContext,
        whenFilled: @Sendable (_ worker: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void
    ) -> Int {
        guard points.count > 1 else { return 0 }
        var done = 0
        do throws(OpenCLError) {
            let bands = self.bands
            let most = bands.map { pairs(in: $0) }.max() ?? 0
            let bytes = most * MemoryLayout<Value>.stride
            let coordinates = try upload(context)
            let results = try device.buffer(byteCount: bytes, memory: context.memory)
            var kernel = try device.kernel("distances", of: Self.source, options: options)
            try device.withStaging(byteCount: 2 * bytes, memory: context.memory) {
                staging throws(OpenCLError) in
                var underWay: Band<Value>?
                for (index, rows) in bands.enumerated() where !context.stop.isStopped {
                    try start(&kernel, rows, coordinates, results)
                    let place = UnsafeMutableRawBufferPointer(
                        rebasing: staging[index % 2 * bytes..<(index % 2 + 1) * bytes])
                    let next: Band<Value> = try receive(rows, results, into: place)
                    try take(underWay.take(), distances, layout, context, whenFilled, &done)
                    underWay = consume next
                }
                try take(underWay.take(), distances, layout, context, whenFilled, &done)
            }
        } catch {
            device.giveUp(error)
        }
        return done
    }

    /// Rows whose distances are on their way.
    private struct Band<Value>: ~Copyable {
        let rows: Range<Int>
        let values: SharedBuffer<Value>
        let transfer: OpenCLTransfer
    }

    private func receive<Value>(
        _ rows: Range<Int>, _ results: borrowing OpenCLBuffer, into place: UnsafeMutableRawBufferPointer
    ) throws(OpenCLError) -> Band<Value> {
        let wanted = UnsafeMutableRawBufferPointer(
            rebasing: place[..<(pairs(in: rows) * MemoryLayout<Value>.stride)])
        guard let base = wanted.bindMemory(to: Value.self).baseAddress else {
            throw .unsuitable("rows \(rows) have no pairs")
        }
        let transfer = try device.startReading(results, into: wanted)
        return Band(rows: rows, values: SharedBuffer(base), transfer: transfer)
    }

    private func start(
        _ kernel: inout OpenCLKernel, _ rows: Range<Int>, _ coordinates: borrowing OpenCLBuffer,
        _ results: borrowing OpenCLBuffer
    ) throws(OpenCLError) {
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
    }

    /// Waits for a band and puts it in its place.
    private func take<Value: BinaryFloatingPoint & Sendable>(
        _ band: consuming Band<Value>?, _ distances: SharedBuffer<Value>, _ layout: TriangleLayout,
        _ context: ComputeContext,
        _ whenFilled: @Sendable (_ worker: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void,
        _ done: inout Int
    ) throws(OpenCLError) {
        guard let band else { return }
        try band.transfer.wait()
        let values = band.values
        let base = triangle(band.rows.lowerBound)
        let tiles = TriangleTiles(
            rows: band.rows, rowsAtOnce: Self.tileSide, columnsAtOnce: Self.columnsAtOnce, meetsDiagonal: true
        )
        let shares = [band.rows.lowerBound, band.rows.upperBound].map { row in
            0.1 * Double(triangle(row)) / Double(max(triangle(points.count), 1))
        }
        tiles.forEach(context: context, progress: shares[0]...shares[1]) { worker, tile in
            for row in tile.rows where row > tile.columns.lowerBound {
                let columns = tile.columns.clamped(to: 0..<row)
                let place = distances.base + layout.start(ofRow: row) + columns.lowerBound
                place.update(
                    from: values.base + triangle(row) - base + columns.lowerBound, count: columns.count)
                points.refine(place, row: row, columns: columns, order: order)
            }
            whenFilled(worker, tile.rows, tile.columns)
        }
        if !context.stop.isStopped { done = band.rows.upperBound }
    }

    private func upload(_ context: ComputeContext) throws(OpenCLError) -> OpenCLBuffer {
        switch (points.coordinates, points.arithmetic.usesDoubles) {
        case (.float32(let values), false): try upload(values, context) { $0 }
        case (.float64(let values), true): try upload(values, context) { $0 }
        case (.float32(let values), true): try upload(values, context) { Double($0) }
        case (.float64(let values), false): try upload(values, context) { Float($0) }
        }
    }

    /// Some points at a time, in their order and as what the device computes with.
    private func upload<Given: BinaryFloatingPoint & Sendable, Taken>(
        _ values: NumberArray<Given>, _ context: ComputeContext, _ convert: @Sendable (Given) -> Taken
    ) throws(OpenCLError) -> OpenCLBuffer {
        let dimension = points.dimension
        let pointBytes = dimension * MemoryLayout<Taken>.stride
        let buffer = try device.buffer(byteCount: points.count * pointBytes, memory: context.memory)
        let atOnce = max(1, min(points.count, Self.bytesAtOnce / pointBytes))
        try device.withStaging(byteCount: atOnce * pointBytes, memory: context.memory) {
            staging throws(OpenCLError) in
            guard let base = staging.bindMemory(to: Taken.self).baseAddress else { return }
            let staged = SharedBuffer(base)
            for first in stride(from: 0, to: points.count, by: atOnce) where !context.stop.isStopped {
                let count = min(atOnce, points.count - first)
                context.team.forEachChunk(of: count, by: max(1, 8192 / dimension)) { _, range in
                    values.withUnsafeBufferPointer { values in
                        for place in range {
                            let point = order.map { Int($0[first + place]) } ?? first + place
                            for k in 0..<dimension {
                                staged.base[place * dimension + k] = convert(values[point * dimension + k])
                            }
                        }
                    }
                }
                let bytes = UnsafeRawBufferPointer(start: base, count: count * pointBytes)
                try device.write(bytes, to: buffer, at: first * pointBytes)
            }
        }
        return buffer
    }

    /// All rows in turn, whole tiles.
    private var bands: [Range<Int>] {
        var bands: [Range<Int>] = []
        var first = 0
        while first < points.count {
            var end = min(points.count, first + Self.tileSide)
            while end < points.count, pairs(in: first..<end + Self.tileSide) <= Self.resultsAtOnce {
                end = min(points.count, end + Self.tileSide)
            }
            bands.append(first..<end)
            first = end
        }
        return bands
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

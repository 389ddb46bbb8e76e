internal import DistanceKernels
internal import Hardware

/// The lower triangle of a distance matrix, cut into blocks that one worker computes at a time.
struct TriangleBlocks: Sendable {
    let points: PreparedPoints
    let panels: PointPanels
    let kernels: DistanceKernels

    /// A multiple of the rows that any kernel keeps in registers.
    private var rowsAtOnce: Int { points.plan.sum == TDA_POWER_MEAN ? 6 : 96 }

    /// Panels side by side in a block: long rows to write where the dimension is low, and never so many
    /// terms that a block takes more than a millisecond or two.
    private var panelsAtOnce: Int {
        let terms = rowsAtOnce * panels.width * panels.dimension
        return max(1, min(2048 / panels.width, 4_000_000 / terms))
    }

    /// All `pairs` distances in condensed order, their bytes reserved on the account.
    func fill<Value: BinaryFloatingPoint & Sendable>(
        _ pairs: Int, of type: Value.Type, context: ComputeContext
    ) throws(DistanceError) -> [Value] {
        let bytes = pairs * MemoryLayout<Value>.stride
        do { try context.memory.reserve(bytes) } catch { throw .memory(error) }
        let values = [Value](unsafeUninitializedCapacity: pairs) { buffer, initialized in
            guard let base = buffer.baseAddress, pairs > 0 else { return }
            adviseHugePages(base, count: pairs)
            compute(into: SharedBuffer(base), context: context)
            initialized = context.stop.isStopped ? 0 : pairs
        }
        if let reason = context.stop.reason {
            context.memory.release(bytes)
            throw .stopped(reason)
        }
        return values
    }

    private func compute<Value>(into distances: SharedBuffer<Value>, context: ComputeContext) {
        let blocks = self.blocks
        context.team.forEachChunk(of: blocks.count, by: 1, stop: context.stop) { _, range in
            for index in range { compute(blocks[index], into: distances) }
            // By the share of the blocks: those of the first rows are fewer, not smaller.
            context.progress.advance(to: 0.1 * Double(range.upperBound) / Double(blocks.count))
        }
    }

    private struct Block {
        let rows: Range<Int>
        let panels: Range<Int>
    }

    private var blocks: [Block] {
        var blocks: [Block] = []
        for firstRow in stride(from: 0, to: panels.pointCount, by: rowsAtOnce) {
            let rows = firstRow..<min(firstRow + rowsAtOnce, panels.pointCount)
            // Row r wants the columns 0..<r.
            let end = (rows.upperBound - 1 + panels.width - 1) / panels.width
            for firstPanel in stride(from: 0, to: end, by: panelsAtOnce) {
                blocks.append(Block(rows: rows, panels: firstPanel..<min(firstPanel + panelsAtOnce, end)))
            }
        }
        return blocks
    }

    private func compute<Value>(_ block: Block, into distances: SharedBuffer<Value>) {
        let rowCount = block.rows.count
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: rowCount) { out in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: rowCount) { wanted in
                let firstColumn = block.panels.lowerBound * panels.width
                for (place, row) in block.rows.enumerated() {
                    let columns = max(0, min(row - firstColumn, block.panels.count * panels.width))
                    let start = columns == 0 ? 0 : row * (row - 1) / 2 + firstColumn
                    out.initializeElement(at: place, to: UnsafeMutableRawPointer(distances.base + start))
                    wanted.initializeElement(at: place, to: columns)
                }
                var call = tda_block(
                    panels: panels.base, dimension: panels.dimension, first_row: block.rows.lowerBound,
                    row_count: rowCount, first_panel: block.panels.lowerBound,
                    panel_count: block.panels.count, out: out.baseAddress, wanted: wanted.baseAddress,
                    sum: points.plan.sum, exponent: points.plan.exponent, factor: points.factor)
                kernels.run(points.arithmetic, &call)
                points.refine(call, order: nil)
            }
        }
    }
}

internal import DistanceKernels
internal import Hardware
internal import Vocabulary

/// Points in panels, as the kernels read them: see `distance_kernels.h`.
///
/// `@unchecked Sendable`: written while it is made, only read afterwards.
final class PointPanels: @unchecked Sendable {
    let pointCount: Int
    let dimension: Int
    let width: Int
    /// All panels, one after another; the lanes past the last point are 0.
    let base: UnsafeMutableRawPointer

    private let bytes: Int
    private let memory: MemoryAccount

    var panelCount: Int { (pointCount + width - 1) / width }

    /// - Parameter order: which point stands where; nil for the order of `points`. It may name a
    ///   selection of them.
    init(
        _ points: PreparedPoints, order: [Int32]? = nil, context: ComputeContext
    ) throws(DistanceError) {
        pointCount = order?.count ?? points.count
        dimension = points.dimension
        width = points.arithmetic.panelWidth
        let panels = (pointCount + width - 1) / width
        bytes = panels * dimension * Int(TDA_PANEL_BYTES)
        memory = context.memory
        do { try memory.reserve(bytes) } catch { throw .memory(error) }
        base = .allocate(byteCount: bytes, alignment: Int(TDA_PANEL_BYTES))

        switch (points.coordinates, points.arithmetic.usesDoubles) {
        case (.float32(let values), false): pack(values, as: Float.self, order, context.team)
        case (.float64(let values), false): pack(values, as: Float.self, order, context.team)
        case (.float32(let values), true): pack(values, as: Double.self, order, context.team)
        case (.float64(let values), true): pack(values, as: Double.self, order, context.team)
        }
    }

    deinit {
        base.deallocate()
        memory.release(bytes)
    }

    private func pack<Value: BinaryFloatingPoint & Sendable, Packed: BinaryFloatingPoint & Sendable>(
        _ values: NumberArray<Value>, as type: Packed.Type, _ order: [Int32]?, _ team: any Team
    ) {
        let panels = SharedBuffer(base.assumingMemoryBound(to: Packed.self))
        team.forEachChunk(of: panelCount, by: max(1, 4096 / dimension)) { [self] _, range in
            values.withUnsafeBufferPointer { values in
                for panel in range {
                    let first = panel &* width
                    let filled = min(width, pointCount &- first)
                    let panel = panels.base + first &* dimension
                    for lane in 0..<filled {
                        let point = order.map { Int($0[first &+ lane]) } ?? first &+ lane
                        for k in 0..<dimension {
                            panel[k &* width &+ lane] = Packed(values[point &* dimension &+ k])
                        }
                    }
                    for lane in filled..<width {
                        for k in 0..<dimension { panel[k &* width &+ lane] = 0 }
                    }
                }
            }
        }
    }
}

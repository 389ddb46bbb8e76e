internal import DistanceKernels

/// The kernels of one instruction set.
package struct DistanceKernels: Sendable {
    /// Constant data of the program.
    private nonisolated(unsafe) let table: UnsafePointer<tda_distance_kernels>

    /// The widest instruction set of this machine, or the one that `TDA_ISA` names.
    package static let selected = DistanceKernels(table: tda_distance_kernels_select())

    private init(table: UnsafePointer<tda_distance_kernels>) { self.table = table }

    /// Nil where the machine lacks the instruction set `name`: `baseline`, `avx2` or `avx512`.
    package init?(named name: String) {
        guard let table = tda_distance_kernels_named(name) else { return nil }
        self.table = table
    }

    package var name: String { String(cString: table.pointee.name) }

    /// How many rows have a distance that is not sure.
    func run(_ products: inout tda_products) -> Int { table.pointee.products(&products) }

    func run(_ arithmetic: Arithmetic, _ block: inout tda_block) {
        switch arithmetic {
        case .floats: table.pointee.floats(&block)
        case .doubles: table.pointee.doubles(&block)
        case .doublesToFloats: table.pointee.doubles_to_floats(&block)
        }
    }
}

/// The types in which distances are computed and left.
enum Arithmetic: Sendable {
    case floats
    case doubles
    /// Computed in double precision and rounded once.
    case doublesToFloats

    var usesDoubles: Bool { self != .floats }
    /// How many points a panel holds.
    var panelWidth: Int { usesDoubles ? panelBytes / 8 : panelBytes / 4 }
    /// Bytes of a coordinate.
    var coordinateBytes: Int { usesDoubles ? 8 : 4 }

    private var panelBytes: Int { Int(TDA_PANEL_BYTES) }
}

internal import CHwloc
internal import Glibc

/// Owns a loaded hwloc topology.
///
/// `@unchecked Sendable`: hwloc topologies may be read from many threads once they are loaded, and
/// nothing here changes one.
struct HwlocHandle: ~Copyable, @unchecked Sendable {
    let pointer: hwloc_topology_t

    /// - Parameter synthetic: nil loads this machine.
    init(synthetic: String?) throws(TopologyError) {
        var topology: hwloc_topology_t?
        guard hwloc_topology_init(&topology) == 0, let topology else { throw .notLoaded(errorNumber: errno) }
        if let synthetic {
            guard hwloc_topology_set_synthetic(topology, synthetic) == 0 else {
                hwloc_topology_destroy(topology)
                throw .badDescription(synthetic)
            }
        } else {
            hwloc_topology_set_flags(
                topology,
                UInt(HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM.rawValue)
                    | UInt(HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING.rawValue))
        }
        guard hwloc_topology_load(topology) == 0 else {
            let number = errno
            hwloc_topology_destroy(topology)
            throw .notLoaded(errorNumber: number)
        }
        pointer = topology
    }

    deinit { hwloc_topology_destroy(pointer) }

    var isThisMachine: Bool { hwloc_topology_is_thissystem(pointer) != 0 }

    /// The objects of `type` in logical order.
    func objects(_ type: hwloc_obj_type_t) -> [hwloc_obj_t] {
        let count = max(0, hwloc_get_nbobjs_by_type(pointer, type))
        return (0..<UInt32(count)).compactMap { hwloc_get_obj_by_type(pointer, type, $0) }
    }

    func bindCallingThread(to processors: [Int]) {
        withBitmap(of: processors) {
            _ = hwloc_set_cpubind(pointer, $0, Int32(HWLOC_CPUBIND_THREAD.rawValue))
        }
    }

    func preferMemory(ofNode systemNumber: Int) {
        withBitmap(of: [systemNumber]) {
            let flags = HWLOC_MEMBIND_THREAD.rawValue | HWLOC_MEMBIND_BYNODESET.rawValue
            _ = hwloc_set_membind(pointer, $0, HWLOC_MEMBIND_BIND, Int32(flags))
        }
    }

    private func withBitmap(of bits: [Int], _ body: (hwloc_bitmap_t) -> Void) {
        guard let bitmap = hwloc_bitmap_alloc() else { return }
        defer { hwloc_bitmap_free(bitmap) }
        for bit in bits { hwloc_bitmap_set(bitmap, UInt32(bit)) }
        body(bitmap)
    }
}

/// The bits that are set, ascending; empty for an infinite set.
func bits(of bitmap: hwloc_const_bitmap_t?) -> [Int] {
    guard let bitmap, hwloc_bitmap_weight(bitmap) >= 0 else { return [] }
    var bits: [Int] = []
    var bit = hwloc_bitmap_first(bitmap)
    while bit >= 0 {
        bits.append(Int(bit))
        bit = hwloc_bitmap_next(bitmap, bit)
    }
    return bits
}

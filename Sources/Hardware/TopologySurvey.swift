internal import CHwloc
internal import Vocabulary

/// What is read from a loaded hwloc topology, in plain values.
struct TopologySurvey {
    struct MemoryNode {
        let systemNumber: Int
        let bytes: Int
    }

    private(set) var cores: [HardwareDescription.Core] = []
    private(set) var memoryNodes: [MemoryNode] = []
    private(set) var cacheDomains: [Int] = []

    init(_ topology: borrowing HwlocHandle) {
        let nodes = topology.objects(HWLOC_OBJ_NUMANODE)
        var numberOfNode: [Int: Int] = [:]
        for node in nodes {
            let bytes = Int(clamping: node.pointee.attr.pointee.numanode.local_memory)
            guard bytes > 0 else { continue }
            numberOfNode[Int(node.pointee.os_index)] = memoryNodes.count
            memoryNodes.append(MemoryNode(systemNumber: Int(node.pointee.os_index), bytes: bytes))
        }

        // Some virtual machines show hardware threads without cores.
        let coreObjects = topology.objects(HWLOC_OBJ_CORE)
        var packages: [hwloc_obj_t?] = []
        var domains: [hwloc_obj_t] = []
        for core in coreObjects.isEmpty ? topology.objects(HWLOC_OBJ_PU) : coreObjects {
            let package = ancestor(of: core) { $0.type == HWLOC_OBJ_PACKAGE }
            let cache = ancestor(of: core) { $0.type == HWLOC_OBJ_L3CACHE }
            // Without a shared cache the package stands in, or else the machine.
            let domain = cache ?? package ?? hwloc_get_root_obj(topology.pointer) ?? core
            let near = bits(of: core.pointee.nodeset).compactMap { numberOfNode[$0] }
            if !domains.contains(domain) {
                cacheDomains.append(cache.map { Int(clamping: $0.pointee.attr.pointee.cache.size) } ?? 0)
            }
            cores.append(
                HardwareDescription.Core(
                    package: place(of: package, in: &packages), memoryNode: near.first,
                    cacheDomain: place(of: domain, in: &domains),
                    processors: bits(of: core.pointee.cpuset)))
        }
    }
}

private func ancestor(of object: hwloc_obj_t, where fits: (hwloc_obj) -> Bool) -> hwloc_obj_t? {
    var next = object.pointee.parent
    while let candidate = next {
        if fits(candidate.pointee) { return candidate }
        next = candidate.pointee.parent
    }
    return nil
}

/// The number of `object`, which is added to `list` where it is new.
private func place<Object: Equatable>(of object: Object, in list: inout [Object]) -> Int {
    if let known = list.firstIndex(of: object) { return known }
    list.append(object)
    return list.count - 1
}

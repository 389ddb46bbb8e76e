internal import CHwloc
public import Vocabulary

/// The cores this process may use, with their caches and memory nodes, as hwloc sees them: what the
/// machine has, less what the control group or an inherited affinity takes away.
public final class Topology: Sendable {
    public typealias Core = HardwareDescription.Core

    /// Cores that share caches stand together.
    public let cores: [Core]
    /// Bytes of memory of each node that has some.
    public let memoryNodes: [Int]
    /// Bytes of the last level of cache of each domain, 0 where there is none.
    public let cacheDomains: [Int]
    /// Whether threads can be bound to these cores: not for a synthetic topology.
    public let isThisMachine: Bool

    private let handle: HwlocHandle

    /// The machine this process runs on. Call it before any thread is bound: cores outside the
    /// calling thread's affinity are left out.
    public convenience init() throws(TopologyError) {
        try self.init(handle: HwlocHandle(synthetic: nil))
    }

    /// A machine that does not exist, e.g. `package:2 l3:1 core:4 pu:2` (see hwloc's documentation of
    /// synthetic topologies), to try decisions on.
    public convenience init(synthetic description: String) throws(TopologyError) {
        try self.init(handle: HwlocHandle(synthetic: description))
    }

    private init(handle: consuming HwlocHandle) {
        let survey = TopologySurvey(handle)
        cores = survey.cores
        memoryNodes = survey.memoryNodes.map(\.bytes)
        cacheDomains = survey.cacheDomains
        isThisMachine = handle.isThisMachine
        memoryNodeNumbers = survey.memoryNodes.map(\.systemNumber)
        self.handle = handle
    }

    /// The operating system's numbers of `memoryNodes`.
    private let memoryNodeNumbers: [Int]

    /// One place a core, or one a hardware thread with `siblings`: then the cores' first threads come
    /// before any second one. Never empty.
    func workerPlaces(siblings: Bool) -> [WorkerPlace] {
        func place(_ core: Core, _ processors: [Int]) -> WorkerPlace {
            WorkerPlace(
                package: core.package, memoryNode: core.memoryNode, cacheDomain: core.cacheDomain,
                processors: processors)
        }
        guard siblings else { return cores.map { place($0, $0.processors) } }
        let width = cores.map(\.processors.count).max() ?? 1
        return (0..<width).flatMap { thread in
            cores.filter { thread < $0.processors.count }.map { place($0, [$0.processors[thread]]) }
        }
    }

    /// Keeps the calling thread on `place`, and what it touches first in the memory next to it. Where
    /// the system forbids that the thread stays free, which costs speed only.
    func bindCallingThread(to place: WorkerPlace) {
        handle.bindCallingThread(to: place.processors)
        if memoryNodes.count > 1, let node = place.memoryNode {
            handle.preferMemory(ofNode: memoryNodeNumbers[node])
        }
    }
}

/// hwloc could not describe the machine.
public enum TopologyError: Error, Sendable, Hashable, CustomStringConvertible {
    case notLoaded(errorNumber: Int32)
    case badDescription(String)

    public var description: String {
        switch self {
        case .notLoaded(let number): "hwloc cannot read this machine's topology (error \(number))"
        case .badDescription(let text): "\"\(text)\" describes no topology that hwloc understands"
        }
    }
}

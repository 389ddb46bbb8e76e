public import Vocabulary

/// The machine and what this process may use of it.
public struct Machine: Sendable {
    public let topology: Topology
    public let limits: ResourceLimits
    /// Bytes of memory that the machine has, whoever may use them.
    public let memory: Int
    public let processor: String

    /// This machine. Call it before any thread is bound to a core.
    public init() throws(TopologyError) {
        let memoryInfo = textFile("/proc/meminfo") ?? ""
        let topology = try Topology()
        let kibibytes = field("MemTotal", of: memoryInfo)?.split(separator: " ").first.flatMap { Int($0) }
        self.init(
            topology: topology, limits: .ofThisProcess(),
            // Not from hwloc: it reads what nodes had at boot, before memory was added.
            memory: kibibytes.map { $0 * 1024 } ?? topology.memoryNodes.reduce(0, +),
            processor: field("model name", of: textFile("/proc/cpuinfo") ?? "").map(String.init) ?? "")
    }

    public init(topology: Topology, limits: ResourceLimits, memory: Int, processor: String = "") {
        self.topology = topology
        self.limits = limits
        self.memory = memory
        self.processor = processor
    }

    /// One thread a core (or hardware thread, with `siblings`), but no more than the control group
    /// grants processors: threads beyond that would only be throttled.
    public func defaultThreadCount(siblings: Bool = false) -> Int {
        let places = topology.workerPlaces(siblings: siblings).count
        guard let granted = limits.processors else { return places }
        return max(1, min(places, Int(granted)))
    }

    /// Bytes that this process may use.
    public var availableMemory: Int { min(memory, limits.memory ?? .max) }

    /// Bytes that computations may hold together unless someone says otherwise: 80% of what there is.
    public var defaultMemoryLimit: Int { availableMemory / 5 * 4 }

    /// All of it as a plain value.
    public func description(devices: [HardwareDescription.Device] = []) -> HardwareDescription {
        var description = HardwareDescription()
        description.processor = processor
        description.cores = topology.cores
        description.memoryNodes = topology.memoryNodes
        description.cacheDomains = topology.cacheDomains
        description.memory = memory
        description.memoryLimit = limits.memory
        description.processorLimit = limits.processors
        description.devices = devices
        return description
    }
}

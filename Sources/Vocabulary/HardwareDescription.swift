/// The machine as the daemon sees it: what `tda devices` draws. Memory in bytes.
public struct HardwareDescription: Sendable, Hashable {
    /// A core that this process may use. Packages, memory nodes and cache domains are named by their
    /// place among those that hold such a core, from 0.
    public struct Core: Sendable, Hashable {
        public let package: Int
        /// The memory nearest to the core; nil where no node with memory is near it.
        public let memoryNode: Int?
        /// Cores of one domain share their last level of cache.
        public let cacheDomain: Int
        /// What the operating system calls the core's hardware threads; more than one with SMT.
        public let processors: [Int]

        public init(package: Int, memoryNode: Int?, cacheDomain: Int, processors: [Int]) {
            self.package = package
            self.memoryNode = memoryNode
            self.cacheDomain = cacheDomain
            self.processors = processors
        }
    }

    /// An OpenCL device.
    public struct Device: Sendable, Hashable {
        public enum Kind: String, Sendable, CaseIterable { case gpu, cpu, accelerator, other }

        public let platform: String
        public let name: String
        public let kind: Kind
        /// The OpenCL version and the driver's, as the device tells them.
        public let version: String
        public let computeUnits: Int
        public let clockMegahertz: Int
        public let memory: Int
        public let largestAllocation: Int
        public let localMemory: Int
        public let hasDoublePrecision: Bool

        public init(
            platform: String, name: String, kind: Kind, version: String, computeUnits: Int,
            clockMegahertz: Int, memory: Int, largestAllocation: Int, localMemory: Int,
            hasDoublePrecision: Bool
        ) {
            self.platform = platform
            self.name = name
            self.kind = kind
            self.version = version
            self.computeUnits = computeUnits
            self.clockMegahertz = clockMegahertz
            self.memory = memory
            self.largestAllocation = largestAllocation
            self.localMemory = localMemory
            self.hasDoublePrecision = hasDoublePrecision
        }
    }

    /// The processor's name, empty where nobody tells it.
    public var processor = ""
    /// The vector instructions in use, e.g. `avx512`.
    public var instructionSet = ""
    /// In the order in which workers are pinned to them.
    public var cores: [Core] = []
    /// The memory of each node, by the number that `Core.memoryNode` uses.
    public var memoryNodes: [Int] = []
    /// Bytes of the last level of cache of each domain, 0 where there is none.
    public var cacheDomains: [Int] = []
    /// What the machine has.
    public var memory = 0
    /// What the control group or the resource limits leave of it; nil where nothing bounds it.
    public var memoryLimit: Int?
    /// The control group's share of processor time, in processors; nil where nothing bounds it.
    public var processorLimit: Double?
    public var devices: [Device] = []
    /// What each way of computing took here; empty before it is measured.
    public var rates: [MeasuredRate] = []

    public init() {}

    /// 1 + the highest package number.
    public var packageCount: Int { 1 + (cores.map(\.package).max() ?? -1) }
}

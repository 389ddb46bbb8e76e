/// A processor of the daemon's machine, as `tda devices` shows it.
public struct Device: Sendable, Hashable {
    public enum Kind: String, Sendable { case cpu, gpu, accelerator }
    public var kind: Kind
    public var name: String
    /// Cores, or a GPU's compute units.
    public var computeUnits: Int
    /// Bytes that it can work on.
    public var memory: Int
    /// Whether the daemon computes on it.
    public var isUsed: Bool
    /// What else is known of it, e.g. `driver`, `numa_nodes`.
    public var properties: [String: String]

    public init(
        kind: Kind, name: String, computeUnits: Int, memory: Int, isUsed: Bool,
        properties: [String: String] = [:]
    ) {
        self.kind = kind
        self.name = name
        self.computeUnits = computeUnits
        self.memory = memory
        self.isUsed = isUsed
        self.properties = properties
    }
}

internal import Glibc

/// What the system lets this process have of the machine: its control groups, version 2 or 1, and
/// its resource limits.
public struct ResourceLimits: Sendable, Hashable {
    /// The share of processor time, in processors; nil where nothing bounds it.
    public var processors: Double?
    /// Bytes of memory; nil where nothing bounds them.
    public var memory: Int?

    public init(processors: Double? = nil, memory: Int? = nil) {
        self.processors = processors
        self.memory = memory
    }

    /// The limits of this process.
    public static func ofThisProcess() -> ResourceLimits {
        var limits = ofControlGroups(under: "")
        var addressSpace = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &addressSpace) == 0,
            addressSpace.rlim_cur != rlim_t.max
        {
            limits.bound(memory: Int(clamping: addressSpace.rlim_cur))
        }
        return limits
    }

    /// The limits that the control groups of this process and all their ancestors set.
    ///
    /// - Parameter root: a folder that stands for `/`.
    package static func ofControlGroups(under root: String) -> ResourceLimits {
        var limits = ResourceLimits()
        guard let memberships = textFile(root + "/proc/self/cgroup"),
            let mounts = textFile(root + "/proc/self/mountinfo")
        else { return limits }
        for line in memberships.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let controllers = parts[1].split(separator: ",")
            for folder in folders(of: parts[2], controllers: controllers, mounts: mounts) {
                limits.bound(by: root + folder, controllers: controllers)
            }
        }
        return limits
    }

    /// The folders that hold the settings of the group `path` and of its ancestors.
    private static func folders(
        of path: Substring, controllers: [Substring], mounts: String
    ) -> [String] {
        for line in mounts.split(separator: "\n") {
            // … root mountpoint options [optional fields] - type source superOptions
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), dash >= 6, dash + 3 < fields.count else { continue }
            let options = fields[dash + 3].split(separator: ",")
            let isOurs =
                controllers.isEmpty
                ? fields[dash + 1] == "cgroup2"
                : fields[dash + 1] == "cgroup" && controllers.contains { options.contains($0) }
            guard isOurs else { continue }
            // In a container the mount shows only what lies below its own group.
            var names = path.split(separator: "/")
            let mountRoot = fields[3].split(separator: "/")
            if names.starts(with: mountRoot) { names.removeFirst(mountRoot.count) }
            return (0...names.count).map { depth in
                fields[4] + names.prefix(depth).map { "/" + $0 }.joined()
            }
        }
        return []
    }

    private mutating func bound(by folder: String, controllers: [Substring]) {
        func words(_ file: String) -> [Substring] {
            (textFile(folder + "/" + file) ?? "").split(whereSeparator: \.isWhitespace)
        }
        if controllers.isEmpty {
            let share = words("cpu.max")
            if share.count == 2 { bound(quota: share[0], period: share[1]) }
            if let bytes = words("memory.max").first.flatMap({ Int($0) }) { bound(memory: bytes) }
        }
        if controllers.contains("cpu"), let quota = words("cpu.cfs_quota_us").first,
            let period = words("cpu.cfs_period_us").first
        {
            bound(quota: quota, period: period)
        }
        if controllers.contains("memory"),
            let bytes = words("memory.limit_in_bytes").first.flatMap({ Int($0) }),
            bytes < 1 << 60  // Version 1 says "no limit" with a number near the largest there is.
        {
            bound(memory: bytes)
        }
    }

    /// In microseconds; a quota of `max` or −1 is none.
    private mutating func bound(quota: Substring, period: Substring) {
        guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return }
        processors = min(processors ?? .infinity, quota / period)
    }

    private mutating func bound(memory bytes: Int) {
        memory = min(memory ?? .max, bytes)
    }
}

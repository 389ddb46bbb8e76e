/// Where a worker is at home: a core, or one of its hardware threads.
struct WorkerPlace: Sendable, Hashable {
    let package: Int
    let memoryNode: Int?
    let cacheDomain: Int
    /// The processors, by the operating system's numbers, on which its thread may run.
    let processors: [Int]

    /// 0 in the same cache domain, 1 on the same memory node, 2 in the same package, else 3.
    func distance(to other: WorkerPlace) -> Int {
        if cacheDomain == other.cacheDomain { return 0 }
        if memoryNode == other.memoryNode { return 1 }
        return package == other.package ? 2 : 3
    }
}

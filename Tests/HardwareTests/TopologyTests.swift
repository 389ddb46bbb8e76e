import Hardware
import Testing
import Vocabulary

@Suite struct TopologyTests {
    @Test func thisMachineHasACoreWithAProcessor() throws {
        let topology = try Topology()
        #expect(topology.isThisMachine)
        #expect(topology.cores.count >= 1)
        #expect(topology.cores.allSatisfy { !$0.processors.isEmpty })
        let processors = topology.cores.flatMap(\.processors)
        #expect(Set(processors).count == processors.count, "no processor belongs to two cores")
    }

    @Test func oneCore() throws {
        let topology = try Topology(synthetic: "core:1 pu:1")
        #expect(topology.cores.map(\.processors) == [[0]])
        #expect(topology.isThisMachine == false)
    }

    @Test func twoSocketsWithSMT() throws {
        let topology = try Topology(
            synthetic: "pack:2 [numa(memory=64GB)] l3:2(size=32MiB) core:4 pu:2")
        #expect(topology.cores.count == 16)
        #expect(
            topology.cores.map(\.package) == Array(repeating: 0, count: 8) + Array(repeating: 1, count: 8))
        #expect(topology.cores.map(\.cacheDomain) == (0..<16).map { $0 / 4 })
        #expect(topology.cores.map(\.memoryNode) == (0..<16).map { $0 / 8 })
        #expect(topology.cores.allSatisfy { $0.processors.count == 2 })
        #expect(topology.cacheDomains == Array(repeating: 32 << 20, count: 4))
        #expect(topology.memoryNodes.count == 2)
    }

    @Test func aCoreWithoutNearMemoryIsBoundToNone() throws {
        let topology = try Topology(synthetic: "pack:2 [numa(memory=0)] core:2 pu:1")
        #expect(topology.cores.count == 4)
        #expect(topology.cores.allSatisfy { $0.memoryNode == nil })
        #expect(topology.memoryNodes.isEmpty)
    }

    @Test func withoutSharedCachesThePackageIsTheDomain() throws {
        let topology = try Topology(synthetic: "pack:2 core:3 pu:1")
        #expect(topology.cores.map(\.cacheDomain) == [0, 0, 0, 1, 1, 1])
        #expect(topology.cacheDomains == [0, 0])
    }

    @Test func aBadDescriptionIsRefused() {
        #expect(throws: TopologyError.badDescription("core:many")) {
            try Topology(synthetic: "core:many")
        }
    }

    /// Pools of machines that this one is not: the threads are real, though bound to nothing.
    @Test(arguments: [
        ("core:1 pu:1", false, 1), ("pack:2 l3:1 core:4 pu:2", false, 8),
        ("pack:2 l3:1 core:4 pu:2", true, 16),
        ("pack:2 [numa(memory=0)] core:2 pu:1", false, 4),
    ])
    func aPoolHasAThreadForEachCore(description: String, siblings: Bool, threads: Int) async throws {
        let pool = try WorkerPool(topology: Topology(synthetic: description), siblings: siblings)
        #expect(pool.threadCount == threads)
        #expect(pool.isPinned == false)
        #expect(await pool.run(teamOf: threads) { $0.size } == threads)
    }
}

import Foundation
import Hardware
import Testing
import Vocabulary

/// A folder that stands for `/`, with the files that are given; removed with the object.
private final class FakeRoot {
    let folder: URL

    init(_ files: [String: String]) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "tda-root-\(UUID())")
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var limits: ResourceLimits { .ofControlGroups(under: folder.path) }
}

@Suite struct ResourceLimitsTests {
    let version2Mount = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"

    @Test func version2TakesTheTightestOfAllAncestors() throws {
        let root = try FakeRoot([
            "proc/self/cgroup": "0::/system.slice/tdad.service\n",
            "proc/self/mountinfo": "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n" + version2Mount,
            "sys/fs/cgroup/system.slice/cpu.max": "150000 100000\n",
            "sys/fs/cgroup/system.slice/memory.max": "max\n",
            "sys/fs/cgroup/system.slice/tdad.service/cpu.max": "max 100000\n",
            "sys/fs/cgroup/system.slice/tdad.service/memory.max": "1073741824\n",
        ])
        #expect(root.limits == ResourceLimits(processors: 1.5, memory: 1 << 30))
    }

    @Test func aContainerSeesItsOwnGroupAtTheMount() throws {
        let root = try FakeRoot([
            "proc/self/cgroup": "0::/docker/abc\n",
            "proc/self/mountinfo": "30 23 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
            "sys/fs/cgroup/memory.max": "4096\n",
        ])
        #expect(root.limits == ResourceLimits(processors: nil, memory: 4096))
    }

    @Test func version1HasAMountForEachController() throws {
        let root = try FakeRoot([
            "proc/self/cgroup": "4:memory:/jobs\n1:cpu,cpuacct:/jobs\n0::/\n",
            "proc/self/mountinfo": """
            31 23 0:27 / /cg/cpu rw - cgroup cgroup rw,cpu,cpuacct
            32 23 0:28 / /cg/memory rw - cgroup cgroup rw,memory

            """,
            "cg/cpu/jobs/cpu.cfs_quota_us": "300000\n",
            "cg/cpu/jobs/cpu.cfs_period_us": "100000\n",
            "cg/cpu/cpu.cfs_quota_us": "-1\n",
            "cg/cpu/cpu.cfs_period_us": "100000\n",
            "cg/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "cg/memory/jobs/memory.limit_in_bytes": "2000000\n",
        ])
        #expect(root.limits == ResourceLimits(processors: 3, memory: 2_000_000))
    }

    @Test func withoutControlGroupsNothingIsBounded() throws {
        #expect(try FakeRoot([:]).limits == ResourceLimits())
    }

    @Test(arguments: [(nil, 8), (2.5, 2), (0.5, 1), (100, 8)] as [(Double?, Int)])
    func threadsStayWithinTheGrantedProcessors(granted: Double?, threads: Int) throws {
        let machine = Machine(
            topology: try Topology(synthetic: "pack:1 core:8 pu:2"),
            limits: ResourceLimits(processors: granted), memory: 1 << 30)
        #expect(machine.defaultThreadCount() == threads)
    }

    @Test func theMemoryLimitLeavesAFifth() throws {
        let topology = try Topology(synthetic: "core:1 pu:1")
        let free = Machine(topology: topology, limits: ResourceLimits(), memory: 1000)
        #expect(free.defaultMemoryLimit == 800)
        let bounded = Machine(topology: topology, limits: ResourceLimits(memory: 500), memory: 1000)
        #expect(bounded.availableMemory == 500)
        #expect(bounded.defaultMemoryLimit == 400)
    }

    @Test func thisMachineHasMemory() throws {
        let machine = try Machine()
        #expect(machine.memory > 1 << 26)
        #expect(machine.availableMemory > 0)
        #expect(machine.description().cores == machine.topology.cores)
    }

    /// Whatever drivers there are: listing them never fails.
    @Test func devicesAreListedWhereThereAreAny() {
        for device in OpenCLDevices.list() {
            #expect(!device.name.isEmpty)
            #expect(device.computeUnits > 0)
        }
    }
}

import Synchronization
import Testing
import Vocabulary
import tda

private final class Terminal: Sendable {
    private let held = Mutex("")
    var text: String { held.withLock { $0 } }
    func write(_ text: String) { held.withLock { $0 += text } }
}

struct ReportsTests {
    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (200 << 20, "200 MiB"),
        (7 << 30, "7 GiB"),
    ])
    func `bytes for people`(count: Int, text: String) {
        #expect(Quantity.bytes(count) == text)
    }

    @Test(arguments: [
        (0.0, "< 1 ms"), (0.0124, "12 ms"), (1.5, "1.5 s"), (59.9, "59.9 s"), (125, "2 min 5 s"),
        (11520, "3 h 12 min"), (187200, "2 d 4 h"), (.infinity, "11574074074 d 1 h"),
    ])
    func `times for people`(seconds: Double, text: String) {
        #expect(Quantity.seconds(seconds) == text)
    }

    @Test func `columns stand below each other`() {
        #expect(Report.table([["a", "bb", "c"], ["aaa", "b", "ccc"]]) == "a    bb  c\naaa  b   ccc\n")
    }

    @Test func `status lists the computations`() {
        var status = DaemonStatus()
        status.version = "1.0"
        status.queueCapacity = 64
        status.computations = [
            ComputationSummary(
                id: 17, state: .running, client: "tda 1.0", pointCount: 1000,
                progress: ComputeProgress(phase: "dimension 1", fraction: 0.42), seconds: 2.5,
                estimatedMemory: 1 << 20),
            ComputationSummary(
                id: 18, state: .queued, client: "tda 1.0", pointCount: 9,
                progress: ComputeProgress(phase: "queued", fraction: 0), seconds: 0, estimatedMemory: 1 << 10),
        ]
        let text = Status.text(status)
        #expect(text.contains("queue        1 running, 1 of at most 64 waiting\n"))
        #expect(text.contains("17  running  1000    2.5 s   1 MiB   42 % dimension 1  tda 1.0\n"))
    }

    @Test func `devices are described in words`() {
        var hardware = HardwareDescription()
        hardware.processor = "A Processor"
        hardware.instructionSet = "avx2"
        hardware.cores = [.init(package: 0, memoryNode: 0, cacheDomain: 0, processors: [0, 1])]
        hardware.memory = 8 << 30
        hardware.cacheDomains = [32 << 20]
        hardware.memoryNodes = [8 << 30]
        hardware.rates = [
            .init(work: .distances, backend: "cpu", dimension: 4, seconds: 5e-10),
            .init(work: .distances, backend: "cpu", dimension: 128, seconds: 4.5e-9),
            .init(work: .distances, backend: "openblas", dimension: 128, seconds: 4.321e-9),
        ]
        #expect(
            Devices.text(hardware) == """
                processor  A Processor, avx2
                cores      1 with 2 hardware threads in 1 package
                memory     8 GiB
                topology   package 0
                           └─ 32 MiB of cache, memory 0 of 8 GiB
                              └─ core 0+1
                OpenCL     no devices

                ns a distance, dimension  4    128
                cpu                       0.5  4.5
                openblas                  –    4.32

                """)
    }

    @Test func `the progress line is rewritten, and gone in the end`() {
        let terminal = Terminal()
        let line = ProgressLine { terminal.write($0) }
        line.show(ComputeProgress(phase: "edges", fraction: 0.129))
        line.clear()
        line.show(ComputeProgress(phase: "late", fraction: 1))
        line.clear()
        #expect(terminal.text == "\r\u{1B}[K12 % edges\r\u{1B}[K")
    }
}

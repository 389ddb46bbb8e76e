import AlphaComplex
import Delaunay
import Hardware
import SeededRandom
import TestSupport
import Testing
import Vocabulary

/// Threads, memory, cancellation, progress.
struct ResourceTests {
    private static func points(_ count: Int, _ dimension: Int) -> [[Double]] {
        var numbers = SplitMix64(seed: UInt64(count))
        return (0..<count).map { _ in (0..<dimension).map { _ in numbers.unit() } }
    }

    @Test(arguments: [2, 3], [2, 3, 4]) func theNumberOfThreadsDoesNotMatter(dimension: Int, threads: Int)
        throws
    {
        // Points in general position, and a grid with some points missing, all ties.
        var numbers = SplitMix64(seed: 1)
        let side = dimension == 2 ? 110 : 24
        let holes = grid(side, dimension: dimension).filter { _ in numbers.unit() < 0.9 }
        for points in [Self.points(20_000, dimension), holes] {
            let alone = try alpha(points)
            let together = try alpha(points, context: ComputeContext(team: ThreadTeam(size: threads)))
            #expect(alone.barcode == together.barcode)
            #expect(alone.alphaShape == together.alphaShape)
        }
    }

    @Test(arguments: [2, 3]) func memoryIsCountedAndGivenBack(dimension: Int) throws {
        let account = MemoryAccount()
        let points = Self.points(5000, dimension)
        let result = try alpha(points, context: ComputeContext(memory: account))
        #expect(account.current == 0)
        #expect(result.statistics.peakMemory == account.peak)
        let estimate = AlphaComplex.estimate(count: 5000, dimension: dimension, threads: 1)
        #expect(account.peak <= estimate.memory)
        #expect(account.peak >= estimate.memory / 6)
    }

    @Test func aBudgetThatIsTooSmallIsRefused() throws {
        let points = Self.points(5000, 3)
        for limit in stride(from: 1000, to: 3_000_000, by: 200_000) {
            let budget = MemoryBudget(limit: limit)
            let context = ComputeContext(memory: MemoryAccount(budget: budget))
            #expect(throws: DelaunayError.self) { try alpha(points, context: context) }
        }
    }

    @Test(arguments: [2, 3]) func aStoppedComputationStops(dimension: Int) throws {
        let stop = StopSignal()
        stop.stop(.deadlineExceeded)
        let account = MemoryAccount()
        #expect(throws: DelaunayError.stopped(.deadlineExceeded)) {
            try alpha(
                Self.points(20_000, dimension), context: ComputeContext(memory: account, stop: stop))
        }
        #expect(account.current == 0)
    }

    @Test(arguments: [2, 3]) func progressEndsAtOne(dimension: Int) throws {
        let meter = ProgressMeter()
        _ = try alpha(Self.points(500, dimension), context: ComputeContext(progress: meter))
        #expect(meter.fraction == 1)
    }
}

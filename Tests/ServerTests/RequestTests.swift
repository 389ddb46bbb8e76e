import Engine
import Foundation
import Hardware
import Server
import TDAClient
import Testing
import Vocabulary

@Suite struct RequestTests {
    @Test func everyKindOfInputArrivesWhole() async throws {
        let inputs: [ComputeInput] = [
            .points(try PointCloud(dimension: 2, coordinates: .float32([0, 1, 2, 3]))),
            .points(try PointCloud(dimension: 3, coordinates: .float64([0.1, 1, 2]))),
            .distances(try DistanceMatrix(count: 3, lowerTriangle: .float32([1, 2, 3]))),
            .distances(
                try DistanceMatrix(
                    count: 3, lowerTriangle: .float64([1, 2, 3]), vertexBirths: .float64([0, 0.25, 1]))),
            .sparse(try SparseGraph(count: 4, ends: [0, 1, 3, 2], lengths: .float32([0.5, 1]))),
            .sparse(
                try SparseGraph(
                    count: 2, ends: [0, 1], lengths: .float64([0.5]), vertexBirths: .float64([0.25, 0]))),
        ]
        try await TestDaemon.with { daemon in
            let client = try await daemon.client()
            for input in inputs {
                for representatives in [false, true] {
                    let options = try VietorisRipsOptions(
                        maxDimension: 2, maxEdgeLength: 7, field: CoefficientField(modulus: 5),
                        representatives: representatives)
                    let result = try await client.compute(ComputeRequest(input: input, options: options))
                    #expect(result.barcode == Echo.answer(input, .vietorisRips(options)).barcode)
                    #expect(result.statistics.threshold == 7)
                    #expect(result.statistics.pointCount == input.count)
                }
            }
        }
    }

    /// An input of several megabytes, and a result of several more.
    @Test func largeArraysGoThrough() async throws {
        try await TestDaemon.with { daemon in
            let client = try await daemon.client()
            let request = try ComputeRequest.cloud(1_000_000)
            let result = try await client.compute(request)
            #expect(result.barcode == Echo.answer(request.input, request.options).barcode)
        }
    }

    @Test func tasksMayRunOnTheConnectionsThread() async throws {
        try await TestDaemon.with { daemon in
            let client = try await daemon.client()
            try await withTaskExecutorPreference(client.executor) { try await askAtOnce(client, times: 20) }
        }
    }

    /// Requests that follow quickly have both ends look for the next frame before they sleep.
    @Test func whoLooksForOneConnectionForgetsNoOther() async throws {
        try await TestDaemon.with { daemon in
            let client = try await TDAClient.connect(
                socket: daemon.path, name: "attentive", attention: .milliseconds(1))
            let other = try await daemon.client()
            for round in 0..<10 {
                for number in 0..<40 {
                    let request = try ComputeRequest.cloud(3 + number)
                    let result = try await client.compute(request)
                    #expect(result.barcode == Echo.answer(request.input, request.options).barcode)
                }
                #expect(try await other.status().completed == 40 * (round + 1))
            }
            await client.close()
            try await eventually { try await other.status().connections == 1 }
        }
    }

    /// Tiny ones are computed on the event loop, one a turn, and the others by threads.
    @Test(arguments: [0.001, 0.0005])
    func manyRequestsShareAConnection(seconds: Double) async throws {
        try await TestDaemon.with(computation: Echo(seconds: seconds)) { daemon in
            let client = try await daemon.client()
            try await askAtOnce(client, times: 200)
            let status = try await client.status()
            #expect(status.completed == 200)
            #expect(status.connections == 1)
        }
    }

    private func askAtOnce(_ client: TDAClient, times count: Int) async throws {
        try await withThrowingTaskGroup { group in
            for seed in 0..<count {
                group.addTask {
                    let request = try ComputeRequest.cloud(20, seed: seed)
                    let result = try await client.compute(request)
                    #expect(result.barcode == Echo.answer(request.input, request.options).barcode)
                }
            }
            try await group.waitForAll()
        }
    }

    /// The load program of the benchmarks, in small: bench/socket-load.
    @Test func manyConnectionsAreServedRight() async throws {
        try await TestDaemon.with { daemon in
            try await withThrowingTaskGroup { group in
                for connection in 0..<16 {
                    group.addTask {
                        let client = try await daemon.client()
                        for number in 0..<13 {
                            let request = try ComputeRequest.cloud(100, seed: 13 * connection + number)
                            let result = try await client.compute(request)
                            #expect(result.barcode == Echo.answer(request.input, request.options).barcode)
                        }
                        await client.close()
                    }
                }
                try await group.waitForAll()
            }
            try await eventually { daemon.engine.status.completed == 16 * 13 && daemon.budget.current == 0 }
        }
    }

    @Test func statusDevicesAndMetricsAreAnswered() async throws {
        try await TestDaemon.with(threads: 3) { daemon in
            let client = try await daemon.client()
            let status = try await client.status()
            #expect(status.version == platformVersion)
            #expect(status.threadCount == 3)
            #expect(status.processID == Int(getpid()))
            #expect(client.serverVersion == platformVersion)
            #expect(try await client.devices().processor == "test")
            #expect(try await client.metrics().contains("\ntda_connections 1\n"))
        }
    }

    @Test func whatIsWrongIsSaidAndTheNextRequestIsAnswered() async throws {
        try await TestDaemon.with { daemon in
            let client = try await daemon.client()
            // The client's own vocabulary lets no NaN through, but the daemon does not count on that:
            // see MalformedFrameTests. A repeated edge is found by the computation alone.
            let estimate = try await client.estimate(.cloud(50))
            #expect(estimate.admissible)
            #expect(estimate.memory == 1200)
            #expect(throws: Never.self) { try ComputeRequest.cloud(1) }
            #expect(try await client.compute(.cloud(3)).statistics.pointCount == 3)
        }
    }

    @Test func aRequestPastTheBudgetIsRefusedBeforeItsNumbersAreRead() async throws {
        try await TestDaemon.with(budget: 1 << 20) { daemon in
            let client = try await daemon.client()
            let failure = await #expect(throws: Failure.self) { try await client.compute(.cloud(1_000_000)) }
            #expect(failure?.code == .resourceExhausted)
            #expect(failure?.details["budget"] == "\(1 << 20)")
            #expect(try await client.estimate(.cloud(1_000_000)).admissible == false)
            #expect(try await client.compute(.cloud(3)).statistics.pointCount == 3)
        }
    }

    @Test func overloadComesWithATimeToRetry() async throws {
        let endless = Endless()
        try await TestDaemon.with(computation: endless, threads: 1, queue: 2) { daemon in
            let client = try await daemon.client()
            let waiting = (0..<3).map { _ in Task { try await client.compute(.cloud(2)) } }
            try await eventually { daemon.engine.status.computations.count == 3 }
            let failure = await #expect(throws: Failure.self) { try await client.compute(.cloud(2)) }
            #expect(failure?.code == .overloaded)
            #expect(try #require(failure?.retryAfter) > .zero)
            endless.open()
            for task in waiting { _ = try await task.value }
            #expect(try await client.status().refused == 1)
        }
    }

    @Test func oneConnectionMayHaveSoManyRequestsUnanswered() async throws {
        let endless = Endless()
        var settings = ServerSettings.patient
        settings.maxInFlight = 2
        try await TestDaemon.with(computation: endless, settings: settings) { daemon in
            let client = try await daemon.client()
            let running = (0..<2).map { _ in Task { try await client.compute(.cloud(2)) } }
            try await eventually { daemon.engine.status.computations.count == 2 }
            let failure = await #expect(throws: Failure.self) { try await client.compute(.cloud(2)) }
            #expect(failure?.code == .overloaded)
            let other = try await daemon.client()
            #expect(try await other.status().computations.count == 2)
            endless.open()
            for task in running { _ = try await task.value }
        }
    }

    @Test func progressIsReported() async throws {
        let endless = Endless()
        try await TestDaemon.with(computation: endless) { daemon in
            let client = try await daemon.client()
            let (reports, report) = AsyncStream.makeStream(of: ComputeProgress.self)
            async let result = client.compute(
                .cloud(2), progress: { report.yield($0) }, progressInterval: .milliseconds(10))
            var first: ComputeProgress?
            for await progress in reports where progress.phase == "waiting" {
                first = progress
                break
            }
            #expect(first == ComputeProgress(phase: "waiting", fraction: 0.5))
            endless.open()
            _ = try await result
        }
    }
}

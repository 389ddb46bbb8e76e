import Engine
import Server
import TDAClient
import Testing
import Vocabulary

@Suite struct CancellationTests {
    @Test func cancellingTheTaskStopsTheComputation() async throws {
        let endless = Endless()
        try await TestDaemon.with(computation: endless) { daemon in
            let client = try await daemon.client()
            let task = Task { try await client.compute(.cloud(2)) }
            try await eventually { endless.startedCount == 1 }
            task.cancel()
            let failure = await #expect(throws: Failure.self) { try await task.value }
            #expect(failure?.code == .cancelled)
            try await eventually { endless.stoppedCount == 1 }
            // The connection goes on.
            #expect(try await client.compute(.cloud(1)).statistics.pointCount == 1)
            #expect(daemon.engine.status.cancelled == 1)
        }
    }

    @Test func oneClientCancelsAnothersComputationByItsNumber() async throws {
        let endless = Endless()
        try await TestDaemon.with(computation: endless) { daemon in
            let (client, other) = (try await daemon.client(), try await daemon.client())
            let task = Task { try await client.compute(.cloud(2)) }
            try await eventually { endless.startedCount == 1 }
            let id = try #require(try await other.status().computations.first).id
            #expect(try await other.cancel(computation: id))
            let failure = await #expect(throws: Failure.self) { try await task.value }
            #expect(failure?.code == .cancelled)
            #expect(try await other.cancel(computation: id) == false)
        }
    }

    @Test func aDisconnectCancelsAllThatWasAskedForAndNothingElse() async throws {
        let endless = Endless()
        try await TestDaemon.with(computation: endless, threads: 2) { daemon in
            let (leaving, staying) = (try await daemon.client(), try await daemon.client())
            let kept = Task { try await staying.compute(.cloud(2)) }
            try await eventually { endless.startedCount == 1 }
            // One runs, two wait.
            let lost = (0..<3).map { _ in Task { try await leaving.compute(.cloud(2)) } }
            try await eventually { daemon.engine.status.computations.count == 4 && endless.startedCount == 2 }
            await leaving.close()
            for task in lost {
                let failure = await #expect(throws: Failure.self) { try await task.value }
                #expect(failure?.code == .unavailable)
            }
            try await eventually { endless.stoppedCount == 1 && daemon.engine.status.computations.count == 1 }
            endless.open()
            #expect(try await kept.value.statistics.pointCount == 2)
        }
    }

    @Test func aDeadlineStopsWhatRuns() async throws {
        let endless = Endless()
        try await TestDaemon.with(computation: endless) { daemon in
            let client = try await daemon.client()
            let failure = await #expect(throws: Failure.self) {
                try await client.compute(.cloud(2, timeout: .milliseconds(5)))
            }
            #expect(failure?.code == .deadlineExceeded)
            #expect(endless.stoppedCount == 1)
        }
    }
}

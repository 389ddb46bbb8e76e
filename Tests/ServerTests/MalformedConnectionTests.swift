import Engine
import Foundation
import Hardware
import SeededRandom
import Server
import TDAClient
import Testing
import Vocabulary
import Wire

/// Bytes that are not the protocol end their own connection with a failure and hurt nobody else.
@Suite struct MalformedConnectionTests {
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "GoldenFrames")

    private func frame(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: Self.golden.appending(path: "\(name).bin")))
    }

    /// Sends `bytes` and expects the daemon's last frame to be a failure with id 0 that says `code`.
    private func expectFailure(
        _ daemon: TestDaemon, _ code: FailureCode, closeWriting: Bool = false, _ bytes: [UInt8]
    ) async throws {
        let client = try RawClient(daemon.path)
        client.send(bytes)
        if closeWriting { client.closeWriting() }
        var answer = try #require(await client.readToEnd(), "the daemon left the connection open")[...]
        var last: ArraySlice<UInt8> = []
        while answer.count >= 4 {
            let length = answer.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            last = answer.prefix(4 + length)
            answer = answer.dropFirst(4 + length)
        }
        let bytes = Array(last)
        #expect(bytes.count > 20 && bytes[5] == 0xFF, "no failure frame: \(bytes)")
        #expect(bytes.count > 20 && bytes[8..<16].allSatisfy { $0 == 0 })
        #expect(String(decoding: bytes, as: UTF8.self).contains(code.rawValue))
    }

    private func expectStillServing(_ daemon: TestDaemon) async throws {
        let client = try await daemon.client()
        #expect(try await client.compute(.cloud(5)).statistics.pointCount == 5)
        await client.close()
    }

    @Test func truncatedFrames() async throws {
        let (hello, compute) = (try frame("hello"), try frame("compute-points"))
        try await TestDaemon.with { daemon in
            for length in [1, 4, 19, 20, 40, compute.count - 1] {
                try await expectFailure(
                    daemon, .invalidArgument, closeWriting: true, hello + compute.prefix(length))
            }
            try await expectStillServing(daemon)
            try await eventually { daemon.budget.current == 0 }
        }
    }

    @Test func oversizedFrames() async throws {
        var settings = ServerSettings.patient
        settings.frameLimits.frame = 1 << 20
        let hello = try frame("hello")
        try await TestDaemon.with(settings: settings) { daemon in
            try await expectFailure(daemon, .resourceExhausted, hello + [0xFF, 0xFF, 0xFF, 0xFF])
            try await expectStillServing(daemon)
        }
    }

    @Test func wrongVersions() async throws {
        var hello = try frame("hello")
        hello[4] = 9
        try await TestDaemon.with { daemon in
            try await expectFailure(daemon, .unsupported, hello)
            try await expectStillServing(daemon)
        }
    }

    @Test func requestsBeforeTheHello() async throws {
        let status = try frame("status")
        try await TestDaemon.with { daemon in try await expectFailure(daemon, .invalidArgument, status) }
    }

    @Test func otherProtocols() async throws {
        try await TestDaemon.with { daemon in
            let http = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
            try await expectFailure(daemon, .unsupported, Array(http.utf8))
            try await expectStillServing(daemon)
        }
    }

    @Test func twoRequestsOfOneNumber() async throws {
        let bytes = try frame("hello") + frame("compute-points") + frame("compute-points")
        try await TestDaemon.with(computation: Endless()) { daemon in
            try await expectFailure(daemon, .invalidArgument, bytes)
            try await eventually { daemon.engine.status.computations.isEmpty }
        }
    }

    @Test func silence() async throws {
        var settings = ServerSettings.patient
        settings.helloTimeout = .milliseconds(20)
        try await TestDaemon.with(settings: settings) { daemon in
            try await expectFailure(daemon, .deadlineExceeded, [])
        }
    }

    @Test func aFrameThatStandsStill() async throws {
        var settings = ServerSettings.patient
        settings.stallTimeout = .milliseconds(20)
        let bytes = try frame("hello") + frame("compute-points").dropLast(3)
        try await TestDaemon.with(settings: settings) { daemon in
            try await expectFailure(daemon, .deadlineExceeded, bytes)
            try await eventually { daemon.budget.current == 0 }
        }
    }

    @Test func tooManyConnections() async throws {
        var settings = ServerSettings.patient
        settings.maxConnections = 1
        try await TestDaemon.with(settings: settings) { daemon in
            let client = try await daemon.client()
            try await expectFailure(daemon, .overloaded, [])
            #expect(try await client.compute(.cloud(5)).statistics.pointCount == 5)
        }
    }

    @Test func noise() async throws {
        let hello = try frame("hello")
        let good = try ["compute-points", "compute-sparse", "estimate", "cancel-request"].map(frame)
        try await TestDaemon.with { daemon in
            var random = SplitMix64(seed: 7)
            for round in 0..<200 {
                let client = try RawClient(daemon.path)
                var bytes = good[round % good.count]
                if round.isMultiple(of: 2) {
                    bytes = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
                } else {
                    bytes[.random(in: 0..<bytes.count, using: &random)] ^= .random(
                        in: 1...255, using: &random)
                }
                client.send(hello + bytes)
                client.closeWriting()
                let answer = await client.readToEnd()
                #expect(answer != nil, "round \(round): the daemon left the connection open")
            }
            try await expectStillServing(daemon)
            try await eventually {
                daemon.budget.current == 0 && daemon.engine.status.computations.isEmpty
            }
        }
    }
}

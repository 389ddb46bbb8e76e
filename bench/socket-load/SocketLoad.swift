import ArgumentParser
import Formats
import Foundation
import Glibc
import SeededRandom
import TDAClient
import Vocabulary

/// Puts load on a running daemon: many small clouds from many connections, each answer held against
/// the first one for the same cloud. Prints what it took as one line of JSON, and exits with status 1
/// where an answer was wrong or lost.
@main
struct SocketLoad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "socket-load", abstract: "Load for tdad: many small requests from many connections.")

    @Option(help: "The daemon's Unix socket.") var socket: String
    @Option(help: "How many requests, all together.") var requests = 2000
    @Option(help: "Connections at a time.") var connections = 16
    @Option(help: "Requests under way on each connection.") var inFlight = 1
    @Option(help: "Points of each cloud.") var points = 100
    @Option(help: "Different clouds.") var clouds = 20
    @Option(help: "The highest homology dimension.") var maxDimension = 1
    @Option(help: "An NPY file of points, so many of --points after so many, instead of random clouds.")
    var file: String?
    @Option(help: "At most this many threads for a request.") var threads: Int?

    func run() async throws {
        let client = try await TDAClient.connect(socket: socket, name: "socket-load")
        let process = try await client.status().processID
        let atStart = residentMemory(process)

        let trials = try file.map(requests(in:)) ?? (0..<max(clouds, 1)).map { try request(seed: UInt64($0)) }
        var expected: [Barcode] = []
        for trial in trials { expected.append(try await client.compute(trial).barcode) }
        let before = residentMemory(process)

        let load = Load(
            socket: socket, trials: trials, expected: expected, requests: requests, lanes: max(inFlight, 1))
        let start = ContinuousClock.now
        let tally = try await load.run(connections: max(connections, 1))
        let seconds = start.duration(to: .now).seconds

        let status = try await client.status()
        print(
            """
            {"requests": \(requests), "connections": \(connections), "in_flight": \(inFlight), \
            "points": \(points), "right": \(tally.right), "wrong": \(tally.wrong), "retried": \(tally.retried), \
            "seconds": \(seconds), "per_second": \((Double(requests) / seconds).rounded()), \
            "median_us": \(tally.latency(0.5)), "p99_us": \(tally.latency(0.99)), \
            "daemon_rss_kib": {"start": \(atStart), "before": \(before), "after": \(residentMemory(process))}, \
            "memory_reserved": \(status.memoryReserved), "counts": \(counts(of: expected))}
            """)
        await client.close()
        guard tally.right == requests else { throw ExitCode.failure }
    }

    /// Uniform points in the unit cube.
    private func request(seed: UInt64) throws -> ComputeRequest {
        var random = SplitMix64(seed: seed)
        return try request(
            (0..<3 * points).map { _ in Float.random(in: 0..<1, using: &random) }, dimension: 3)
    }

    /// The clouds in the file.
    private func requests(in file: String) throws -> [ComputeRequest] {
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: file)))
        guard case .points(let all) = try InputParser.parse(bytes, as: .npy, name: file, precision: .float32),
            case .float32(let coordinates) = all.coordinates
        else { throw ValidationError("\(file) holds no points") }
        let length = points * all.dimension
        return try stride(from: 0, to: coordinates.count - length + 1, by: length).map {
            try request(Array(coordinates[$0..<$0 + length]), dimension: all.dimension)
        }
    }

    private func request(_ coordinates: [Float], dimension: Int) throws -> ComputeRequest {
        ComputeRequest(
            input: .points(try PointCloud(dimension: dimension, coordinates: .float32(coordinates))),
            options: try VietorisRipsOptions(maxDimension: maxDimension), threads: threads)
    }

    /// The bars of all answers by dimension, those longer than rounding.
    private func counts(of barcodes: [Barcode]) -> [Int] {
        var counts = [Int](repeating: 0, count: maxDimension + 1)
        for pair in barcodes.lazy.flatMap(\.pairs) where pair.persistence > 1e-5 * pair.birth + 1e-9 {
            counts[pair.dimension] += 1
        }
        return counts
    }

    /// In KiB; 0 where the process is not to be seen.
    private func residentMemory(_ process: Int) -> Int {
        guard let file = fopen("/proc/\(process)/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("VmRSS:") { return Int(text.filter(\.isNumber)) ?? 0 }
        }
        return 0
    }
}

import AlphaComplex
import Glibc
import Hardware
import Vocabulary

/// Alpha complexes of the points in a file, in this process, on the threads that the daemon would use.
///
/// FILE holds two Int64, the number of points and their dimension, and then Float64 coordinates; more of
/// such clouds may follow. For each cloud: a line of figures, and the bars, one a line. The memory is the
/// engine's own count of its peak, and what the process grew by over what it held with the input read and
/// the threads started.
@main
struct BenchAlpha {
    static let usage = "usage: bench-alpha FILE [THREADS] [THRESHOLD] [PRIME] [nobars] [REPEATS]"

    static func main() async {
        do {
            let arguments = CommandLine.arguments
            guard arguments.count > 1, let file = fopen(arguments[1], "rb") else {
                print(usage)
                exit(64)
            }
            func number<T>(_ index: Int, _ parse: (String) -> T?) -> T? {
                arguments.count > index ? parse(arguments[index]) : nil
            }
            let threads = number(2, Int.init) ?? 1
            let options = try AlphaComplexOptions(
                maxAlphaValue: number(3, Double.init) ?? .infinity,
                field: CoefficientField(modulus: number(4, Int.init) ?? 2))
            LargeBlocks.returnAtOnce()
            let pool = try WorkerPool(topology: Machine().topology, threads: threads)
            while let cloud = try next(in: file) {
                // Once for a few points, so that the growth is not that of code that is read for the first time.
                _ = try AlphaComplex.barcode(
                    of: corners(dimension: cloud.dimension), options: options, context: ComputeContext())
                let before = ProcessMemory.startAnew()
                for _ in 0..<(number(6, Int.init) ?? 1) {
                    let outcome = await pool.run(teamOf: threads) { team in
                        Result {
                            try AlphaComplex.barcode(
                                of: cloud, options: options, context: ComputeContext(team: team))
                        }
                    }
                    guard let result = try outcome?.get() else { exit(70) }
                    let grown = ProcessMemory.peak - before
                    show(result, of: cloud, grown: grown, bars: !arguments.contains("nobars"))
                }
            }
        } catch {
            print("bench-alpha: \(error)")
            exit(1)
        }
    }

    private static func next(in file: UnsafeMutablePointer<FILE>) throws -> PointCloud? {
        var header = [Int64](repeating: 0, count: 2)
        guard fread(&header, 8, 2, file) == 2 else { return nil }
        var coordinates = [Double](repeating: 0, count: Int(header[0] * header[1]))
        guard fread(&coordinates, 8, coordinates.count, file) == coordinates.count else { exit(65) }
        return try PointCloud(dimension: Int(header[1]), coordinates: .float64(coordinates))
    }

    /// The origin and a point along each axis.
    private static func corners(dimension: Int) throws -> PointCloud {
        var coordinates = [Double](repeating: 0, count: (dimension + 1) * dimension)
        for axis in 0..<dimension { coordinates[(axis + 1) * dimension + axis] = 1 }
        return try PointCloud(dimension: dimension, coordinates: .float64(coordinates))
    }

    private static func show(_ result: ComputeResult, of cloud: PointCloud, grown: Int, bars: Bool) {
        let statistics = result.statistics
        var line = "\(cloud.count) points in \(cloud.dimension)D: \(statistics.computeSeconds) s, "
        line += "\(Double(statistics.peakMemory) / 1e6) MB counted, \(Double(grown) / 1e6) MB grown, "
        line += "\(result.barcode.pairs.count) bars"
        for phase in statistics.phases { line += ", \(phase.name) \(Int(phase.seconds * 1e6)) us" }
        print(line)
        guard bars else { return }
        if let shape = result.alphaShape {
            print("shape", shape.vertices, shape.edges, shape.triangles, shape.tetrahedra)
        }
        for pair in result.barcode.pairs { print(pair.dimension, pair.birth, pair.death) }
        print("end")
    }
}

// Alpha complexes of the points in a file, for measurements and comparisons with peers:
//     bench-alpha FILE [threads] [threshold] [prime]
// FILE holds two Int64, the number of points and their dimension, and then Float64 coordinates; more
// of such clouds may follow. For each cloud: a line of figures, and the bars, one a
// line; "nobars" as a fifth argument leaves the bars out.
import AlphaComplex
import Glibc
import Hardware
import TestSupport
import Vocabulary

func argument(_ index: Int) -> String? {
    CommandLine.arguments.count > index ? CommandLine.arguments[index] : nil
}

guard let path = argument(1), let file = fopen(path, "rb") else {
    print("usage: bench-alpha FILE [threads] [threshold] [prime] [nobars]")
    exit(64)
}
let threads = argument(2).flatMap { Int($0) } ?? 1
let options = try AlphaComplexOptions(
    maxAlphaValue: argument(3).flatMap { Double($0) } ?? .infinity,
    field: CoefficientField(modulus: argument(4).flatMap { Int($0) } ?? 2))
var header = [Int64](repeating: 0, count: 2)
while fread(&header, 8, 2, file) == 2 {
    var coordinates = [Double](repeating: 0, count: Int(header[0] * header[1]))
    guard fread(&coordinates, 8, coordinates.count, file) == coordinates.count else { exit(65) }
    let cloud = try PointCloud(dimension: Int(header[1]), coordinates: .float64(coordinates))
    coordinates = []
    let team: any Team = threads == 1 ? CallingThread() : ThreadTeam(size: threads)
    let context = ComputeContext(team: team)
    let result = try AlphaComplex.barcode(of: cloud, options: options, context: context)
    let statistics = result.statistics
    var line = "\(cloud.count) points in \(cloud.dimension)D: \(statistics.computeSeconds) s, "
    line += "\(Double(statistics.peakMemory) / 1e6) MB, \(result.barcode.pairs.count) bars"
    for phase in statistics.phases { line += ", \(phase.name) \(Int(phase.seconds * 1e6)) us" }
    print(line)
    if argument(5) == "nobars" { continue }
    if let shape = result.alphaShape {
        print("shape", shape.vertices, shape.edges, shape.triangles, shape.tetrahedra)
    }
    for pair in result.barcode.pairs { print(pair.dimension, pair.birth, pair.death) }
    print("end")
}

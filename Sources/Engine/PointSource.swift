import Distances
import Hardware
import PersistentHomology
import Vocabulary

/// The distances of a cloud's points, computed as a forecast asks for them.
struct PointSource: LengthSource {
    private let cloud: PointCloud
    private let metric: Metric
    private let rows: DistanceRows

    var count: Int { cloud.count }

    init(_ cloud: PointCloud, metric: Metric) throws(Failure) {
        self.cloud = cloud
        self.metric = metric
        do throws(DistanceError) {
            rows = try DistanceRows(cloud, metric: metric, precision: .float32, context: ComputeContext())
        } catch {
            throw Failure(error, held: 0)
        }
    }

    func row(of point: Int) -> [Float] { rows.row(of: point) }

    func matrix(of points: [Int]) throws(Failure) -> DistanceMatrix {
        let width = cloud.dimension
        let coordinates: Scalars =
            switch cloud.coordinates {
            case .float32(let values): .float32(points.flatMap { values[$0 * width..<($0 + 1) * width] })
            case .float64(let values): .float64(points.flatMap { values[$0 * width..<($0 + 1) * width] })
            }
        let part: PointCloud
        do throws(InvalidInput) {
            part = try PointCloud(dimension: width, coordinates: coordinates)
        } catch {
            throw Failure(error)
        }
        do throws(DistanceError) {
            return try PairwiseDistances.matrix(
                of: part, metric: metric, precision: .float32, context: ComputeContext())
        } catch {
            throw Failure(error, held: 0)
        }
    }
}

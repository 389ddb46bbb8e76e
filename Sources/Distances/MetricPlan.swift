internal import DistanceKernels
internal import Vocabulary

/// How the kernels come to the distances of a metric: what is done to the points, what is summed, and
/// how prepared points tell that a pair is beyond a threshold.
struct MetricPlan: Sendable {
    enum Normalisation: Sendable {
        case none
        /// Each point over its length: half the squared distance is 1 − cos then, without the
        /// cancellation of computing it so, and 0 for equal points.
        case unit
        /// Each point less the mean of its coordinates, over its length.
        case centredUnit
    }

    let metric: Metric
    let normalisation: Normalisation
    let sum: tda_sum
    let exponent: Double

    init(_ metric: Metric) {
        self.metric = metric
        switch metric {
        case .euclidean, .minkowski(p: 2):
            (normalisation, sum, exponent) = (.none, TDA_ROOT_SUM_OF_SQUARES, 2)
        case .sqeuclidean: (normalisation, sum, exponent) = (.none, TDA_SUM_OF_SQUARES, 2)
        case .manhattan, .minkowski(p: 1):
            (normalisation, sum, exponent) = (.none, TDA_SUM_OF_ABSOLUTES, 1)
        case .chebyshev: (normalisation, sum, exponent) = (.none, TDA_LARGEST_ABSOLUTE, .infinity)
        case .hamming: (normalisation, sum, exponent) = (.none, TDA_SHARE_OF_DIFFERENT, 0)
        case .minkowski(let p): (normalisation, sum, exponent) = (.none, TDA_POWER_MEAN, p)
        case .cosine: (normalisation, sum, exponent) = (.unit, TDA_SUM_OF_SQUARES, 2)
        case .correlation: (normalisation, sum, exponent) = (.centredUnit, TDA_SUM_OF_SQUARES, 2)
        }
    }

    /// What results are multiplied by when the points have been multiplied by `scale`.
    func factor(scale: Double) -> Double { normalisation == .none ? 1 / scale : 0.5 }

    /// The power of two by which points whose largest coordinate is `magnitude` are multiplied, so that
    /// no square overflows or vanishes though the distance itself would not. 1 for any usual input.
    func scale(magnitude: Double) -> Double {
        guard sum == TDA_ROOT_SUM_OF_SQUARES, magnitude > 0, !(1e-100...1e150).contains(magnitude) else {
            return 1
        }
        return Double(sign: .plus, exponent: min(1000, -magnitude.exponent), significand: 1)
    }

    /// Whether prepared points stay, with their squares, in the range of floats where the largest
    /// coordinate given is `magnitude`.
    func isWithinFloatRange(magnitude: Double) -> Bool {
        normalisation != .none || magnitude == 0 || (1e-12...1e15).contains(magnitude)
    }

    /// No distance of points with `dimension` coordinates up to `magnitude` is larger.
    func bound(magnitude: Double, dimension: Int) -> Double {
        if normalisation != .none { return 2 }
        let widest = 2 * magnitude
        return switch sum {
        case TDA_SUM_OF_SQUARES: widest * widest * Double(dimension)
        case TDA_SHARE_OF_DIFFERENT: 1
        case TDA_LARGEST_ABSOLUTE: widest
        default: widest * Double(dimension)
        }
    }
}

import Gateway
import Synchronization
import Vocabulary

/// Stands in for the daemon: remembers what it was asked and answers as it is told.
final class FakeCompute: Compute {
    private let asked = Mutex<[ComputeRequest]>([])
    private let answer: @Sendable (ComputeRequest) async throws(Failure) -> ComputeResult
    private let estimated: @Sendable (ComputeRequest) async throws(Failure) -> ComputeEstimate

    init(
        answer: @escaping @Sendable (ComputeRequest) async throws(Failure) -> ComputeResult = {
            (request) throws(Failure) in .onePoint(request)
        },
        estimate: @escaping @Sendable (ComputeRequest) async throws(Failure) -> ComputeEstimate = {
            (_) throws(Failure) in
            ComputeEstimate(seconds: 0.5, memory: 3 << 20, admissible: true, memoryBudget: 1 << 30)
        }
    ) {
        self.answer = answer
        self.estimated = estimate
    }

    /// A daemon that fails every computation so.
    static func failing(_ failure: Failure) -> FakeCompute {
        FakeCompute(answer: { (_) throws(Failure) in throw failure })
    }

    var requests: [ComputeRequest] { asked.withLock { $0 } }

    func compute(
        _ request: ComputeRequest, progress: (@Sendable (ComputeProgress) -> Void)?
    ) async throws(Failure) -> ComputeResult {
        asked.withLock { $0.append(request) }
        return try await answer(request)
    }

    func estimate(_ request: ComputeRequest) async throws(Failure) -> ComputeEstimate {
        asked.withLock { $0.append(request) }
        return try await estimated(request)
    }

    func status() async throws(Failure) -> DaemonStatus {
        var status = DaemonStatus()
        status.version = "1.2.3"
        status.threadCount = 2
        return status
    }
}

/// A daemon that is not there.
struct AbsentCompute: Compute {
    static let failure = Failure(.unavailable, "no daemon at /run/tda.sock", retryAfter: .seconds(3))

    func compute(
        _ request: ComputeRequest, progress: (@Sendable (ComputeProgress) -> Void)?
    ) async throws(Failure) -> ComputeResult { throw Self.failure }

    func estimate(_ request: ComputeRequest) async throws(Failure) -> ComputeEstimate { throw Self.failure }

    func status() async throws(Failure) -> DaemonStatus { throw Self.failure }
}

extension ComplexOptions {
    fileprivate var maxDimension: Int {
        switch self {
        case .vietorisRips(let options): options.maxDimension
        case .alpha(let options): options.maxDimension ?? 1
        }
    }
}

extension ComputeResult {
    /// One essential class, one bar, and statistics to recognise.
    static func onePoint(_ request: ComputeRequest) -> ComputeResult {
        var statistics = ComputeStatistics()
        statistics.pointCount = request.input.count
        statistics.edgeCount = 7
        statistics.threadCount = 2
        statistics.computeSeconds = 0.0015
        statistics.peakMemory = 1 << 19
        statistics.threshold = 2.5
        statistics.phases = [.init(name: "distances", seconds: 0.001)]
        return ComputeResult(
            barcode: Barcode(
                maxDimension: request.options.maxDimension,
                pairs: [
                    PersistencePair(dimension: 0, birth: 0, death: .infinity),
                    PersistencePair(dimension: 0, birth: 0, death: 1),
                ]),
            statistics: statistics)
    }
}

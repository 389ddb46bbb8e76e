import Kafka
import StreamWindows
import Vocabulary

/// A closed window on its way: to the daemon, then to the brokers.
struct WindowTask {
    enum State {
        /// To be computed, not before this moment.
        case waiting(notBefore: Int64)
        case computing
        /// What is to be published: a result, or dead letters.
        case computed([OutgoingRecord])
        case publishing([OutgoingRecord])
        /// Its partition was taken away before it was begun: whoever has it now closes it again.
        case abandoned
    }

    let id: Int
    let source: TopicPartition
    let window: Window<CloudUpdate>
    let closedAt: Int64
    let firstPosition: Int64
    let weight: Int
    var state = State.waiting(notBefore: .min)
    var attempts = 0
    var backoff = Backoff(least: .milliseconds(50), most: .seconds(5))

    init(id: Int, source: TopicPartition, window: Window<CloudUpdate>, closedAt: Int64) {
        self.id = id
        self.source = source
        self.window = window
        self.closedAt = closedAt
        firstPosition = window.firstPosition
        weight = window.events.reduce(0) { $0 + $1.element.weight }
    }

    /// Whether it is to be computed now.
    func isDue(_ now: Int64) -> Bool {
        if case .waiting(let notBefore) = state { notBefore <= now } else { false }
    }

    var isGoingOn: Bool {
        switch state {
        case .computing, .computed, .publishing: true
        case .waiting, .abandoned: false
        }
    }

    /// How long to wait before the daemon is asked again; nil where that is of no use.
    ///
    /// - Parameter limit: how often it may break down over the window.
    mutating func pause(after failure: Failure, attempts limit: Int) -> Duration? {
        attempts += 1
        switch failure.code {
        // Nothing is wrong with the request.
        case .overloaded, .unavailable, .cancelled, .deadlineExceeded: break
        case .internal: if attempts >= limit { return nil }
        case .invalidArgument, .resourceExhausted, .unsupported: return nil
        }
        return failure.retryAfter ?? backoff.next()
    }

    /// All its events, where the daemon will never answer.
    func letters(about failure: Failure) -> [DeadLetter] {
        window.events.map {
            DeadLetter($0.element.record, failure.code == .internal ? .failing : .refused, "\(failure)")
        }
    }

    /// The events that can be in one cloud, those with as many coordinates as the first.
    var fitting: [CloudUpdate] {
        let updates = window.events.map(\.element)
        let dimension = updates.first?.dimension
        return updates.filter { $0.dimension == dimension }
    }

    /// The others.
    var misfits: [DeadLetter] {
        let updates = window.events.map(\.element)
        guard let dimension = updates.first?.dimension else { return [] }
        return updates.filter { $0.dimension != dimension }.map {
            DeadLetter(
                $0.record, .invalid,
                "the points have \($0.dimension) coordinates, those of the window before them \(dimension)")
        }
    }

    func input(_ precision: Precision) throws(InvalidInput) -> ComputeInput {
        let updates = fitting
        let coordinates = updates.flatMap(\.coordinates)
        let scalars: Scalars =
            switch precision {
            case .float32: .float32(coordinates.map { Float($0) })
            case .float64: .float64(coordinates)
            }
        return .points(try PointCloud(dimension: updates.first?.dimension ?? 0, coordinates: scalars))
    }
}

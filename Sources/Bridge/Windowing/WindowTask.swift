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

    var isGoingOn: Bool {
        switch state {
        case .computing, .computed, .publishing: true
        case .waiting, .abandoned: false
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

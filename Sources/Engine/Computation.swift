public import Hardware
public import Vocabulary

/// What the engine runs, seen from its side. `ComplexComputation` is the real one; tests bring their own.
public protocol Computation: Sendable {
    /// What is known before the numbers are read.
    ///
    /// - Throws: `invalid_argument` or `unsupported` where there is no such complex of such an input.
    func outlook(
        _ shape: InputShape, _ options: ComplexOptions, threads: Int
    ) throws(Failure) -> Outlook

    /// What is known once they are. May look at a sample of them; blocks the calling thread shortly.
    func plan(_ input: ComputeInput, _ options: ComplexOptions, threads: Int) throws(Failure) -> Plan

    /// Computes. Blocks the calling thread, which leads `context.team`, and returns soon after
    /// `context.stop` is raised.
    func run(
        _ input: ComputeInput, _ options: ComplexOptions, _ plan: Plan, _ context: ComputeContext
    ) throws(Failure) -> ComputeResult
}

/// Seconds and bytes that a computation is expected to take, its input included.
public struct Cost: Sendable, Hashable {
    /// On the threads that it was estimated for.
    public var seconds: Double
    public var secondsOnOneThread: Double
    public var memory: Int

    /// - Parameter secondsOnOneThread: nil where more threads make no difference.
    public init(seconds: Double, secondsOnOneThread: Double? = nil, memory: Int) {
        self.seconds = seconds
        self.secondsOnOneThread = secondsOnOneThread ?? seconds
        self.memory = memory
    }

    var onOneThread: Cost { Cost(seconds: secondsOnOneThread, memory: memory) }
}

/// The range in which the cost will be found.
public struct Outlook: Sendable, Hashable {
    /// Above the budget: refused before the numbers are read.
    public var least: Cost
    /// Small: run as it is, without a plan of its own.
    public var most: Cost

    public init(least: Cost, most: Cost) {
        self.least = least
        self.most = most
    }
}

/// How an input will be computed.
public struct Plan: Sendable, Hashable {
    public enum Route: Sendable, Hashable {
        /// On a matrix of all distances.
        case dense
        /// On the graph of those within the threshold.
        case sparse
        /// On the Delaunay triangulation of the points.
        case triangulation
    }

    public var route: Route
    public var cost: Cost

    public init(route: Route, cost: Cost) {
        self.route = route
        self.cost = cost
    }
}

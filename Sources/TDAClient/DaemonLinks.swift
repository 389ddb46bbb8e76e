import NIOPosix
public import Vocabulary

/// A link to the daemon on each event loop of this process: a request that is handled on a loop is sent and
/// answered there, and changes threads nowhere.
public final class DaemonLinks: Sendable {
    private let loops: [ObjectIdentifier]
    private let links: [DaemonLink]

    /// As `DaemonLink`; no connection is made before it is needed.
    public init(socket: String, name: String) {
        let loops = Array(MultiThreadedEventLoopGroup.singleton.makeIterator())
        self.loops = loops.map { ObjectIdentifier($0) }
        links = loops.map { DaemonLink(socket: socket, name: name, on: $0) }
    }

    public func compute(
        _ request: ComputeRequest, progress: TDAClient.ProgressHandler? = nil
    ) async throws(Failure) -> ComputeResult {
        try await nearest.compute(request, progress: progress)
    }

    public func estimate(_ request: ComputeRequest) async throws(Failure) -> ComputeEstimate {
        try await nearest.estimate(request)
    }

    public func status() async throws(Failure) -> DaemonStatus { try await nearest.status() }

    public func close() async { for link in links { await link.close() } }

    /// That of the loop which the caller runs on, the first one for whoever runs on none.
    private var nearest: DaemonLink {
        let current = MultiThreadedEventLoopGroup.currentEventLoop.map { ObjectIdentifier($0) }
        return links[loops.firstIndex { $0 == current } ?? 0]
    }
}

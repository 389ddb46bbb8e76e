#if canImport(Glibc)
internal import Glibc
#endif
public import Hardware

/// A team of plain threads, started anew for each `run`: slow, but nothing in it can hide a race.
public struct ThreadTeam: Team {
    public let size: Int

    public init(size: Int) { self.size = size }

    public func run(_ body: @Sendable (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            let threads = (1..<max(size, 1)).map { worker in Self.start { body(worker) } }
            body(0)
            for thread in threads { pthread_join(thread, nil) }
        }
    }

    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { argument in
                Unmanaged<Work>.fromOpaque(argument!).takeRetainedValue().body()
                return nil
            }, work)
        precondition(status == 0, "no thread for a test: error \(status)")
        return thread
    }
}

internal import CHwloc
internal import Glibc
import Synchronization

/// One thread of a pool. It sleeps until it is given an assignment, and does one at a time.
final class Worker: Sendable {
    enum Assignment: Sendable {
        /// Run this on the thread; the closure reports back to the pool itself.
        case work(@Sendable () -> Void)
        case end
    }

    let index: Int
    let place: WorkerPlace
    /// How often a waiting thread of the pool looks before it sleeps.
    let spins: Int
    /// The same between two rounds of a team: a hundred microseconds or two, since the next round is near, and to be
    /// woken takes nearly as long.
    var spinsInTeam: Int { 4 * spins }
    let parker = Parker()
    private let assignment = Mutex<Assignment?>(nil)
    private let isAssigned = Atomic<Bool>(false)

    init(index: Int, place: WorkerPlace, spins: Int) {
        self.index = index
        self.place = place
        self.spins = spins
    }

    /// Starts the thread, which holds on to this object until it is told to end.
    func startThread(binding: @escaping @Sendable (WorkerPlace) -> Void) throws(ThreadStartFailed) {
        let main = ThreadMain { [self] in
            name()
            binding(place)
            work()
        }
        var thread = pthread_t()
        let context = Unmanaged.passRetained(main)
        let code = pthread_create(&thread, nil, runThreadMain, context.toOpaque())
        guard code == 0 else {
            context.release()
            throw ThreadStartFailed(code: code)
        }
        pthread_detach(thread)
    }

    func assign(_ next: Assignment) {
        assignment.withLock { $0 = next }
        isAssigned.store(true, ordering: .releasing)
        parker.unpark()
    }

    private func work() {
        while true {
            parker.wait(spins: spins) { [self] in isAssigned.load(ordering: .acquiring) }
            isAssigned.store(false, ordering: .relaxed)
            switch assignment.withLock({ $0.take() }) {
            case .work(let work): work()
            case .end: return
            case nil: break
            }
        }
    }

    private func name() {
        tda_name_calling_thread("tda-worker-\(index)")
    }
}

/// The system would start no further thread.
public struct ThreadStartFailed: Error, Sendable, CustomStringConvertible {
    /// The error number of `pthread_create`.
    public let code: Int32

    public var description: String { "cannot start a worker thread: \(String(cString: strerror(code)))" }
}

private final class ThreadMain: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let main = Unmanaged<ThreadMain>.fromOpaque(context)
    main.takeUnretainedValue().run()
    main.release()
    return nil
}

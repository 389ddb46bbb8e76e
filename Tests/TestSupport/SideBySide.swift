#if canImport(Glibc)
internal import Glibc
#endif
internal import Synchronization

/// Runs `work` on the calling thread and `look`, over and over until `work` has returned, on another.
public func run(_ work: @Sendable () -> Void, lookingOn look: @Sendable () -> Void) {
    let isDone = Atomic(false)
    ThreadTeam(size: 2).run { worker in
        if worker == 0 {
            work()
            isDone.store(true, ordering: .releasing)
        } else {
            while !isDone.load(ordering: .acquiring) {
                look()
                sched_yield()
            }
        }
    }
}

internal import CHwloc
internal import Glibc
import Synchronization

/// Where one thread sleeps until another wakes it. A wake-up that comes first is kept, so that none
/// is lost; several before a `park` count as one.
///
/// `@unchecked Sendable`: POSIX semaphores are for use by several threads.
struct Parker: ~Copyable, @unchecked Sendable {
    private enum State {
        static let empty = 0
        static let notified = 1
        static let parked = -1
    }

    private let state = Atomic<Int>(State.empty)
    /// A semaphore must not move, so that it has memory of its own.
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Returns after an `unpark`, or now if there was one since the last `park`. Called by one thread.
    func park() {
        let before = state.subtract(1, ordering: .acquiringAndReleasing).oldValue
        if before == State.notified { return }
        while true {
            while sem_wait(semaphore) != 0 {}
            let (taken, _) = state.compareExchange(
                expected: State.notified, desired: State.empty, ordering: .acquiringAndReleasing)
            if taken { return }
        }
    }

    func unpark() {
        if state.exchange(State.notified, ordering: .acquiringAndReleasing) == State.parked {
            sem_post(semaphore)
        }
    }

    /// Waits for `condition`, first by spinning for some ten microseconds, then asleep. Whoever makes
    /// the condition true must unpark afterwards.
    func wait(spins: Int, until condition: () -> Bool) {
        for _ in 0..<spins {
            if condition() { return }
            tda_spin_pause()
        }
        while !condition() { park() }
    }
}

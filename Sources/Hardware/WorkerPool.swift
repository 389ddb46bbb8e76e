import Synchronization

/// The threads of a process that compute, each pinned to a core of its own.
///
/// Computations are started on teams of them and run side by side, never two on one thread. The pool
/// keeps no queue: `start` takes idle workers or refuses, and whoever waits is told when workers come
/// back. Who goes first is the caller's policy.
public final class WorkerPool: Sendable {
    /// How many threads there are.
    public let threadCount: Int
    /// Whether each thread stays on its core. Not where there are more threads than cores, or where
    /// the topology is not this machine's.
    public let isPinned: Bool

    private let workers: [Worker]
    private let state: Mutex<State>

    private struct State {
        /// By worker index.
        var isIdle: [Bool]
        var idleCount: Int
        var teams: [PoolTeam] = []
    }

    /// - Parameters:
    ///   - threads: nil means one a core, or one a hardware thread with `siblings`.
    ///   - siblings: whether cores with SMT get a worker for each of their hardware threads.
    /// - Throws: where the system refuses to start that many threads.
    public convenience init(
        topology: Topology, threads: Int? = nil, siblings: Bool = false
    ) throws(ThreadStartFailed) {
        let places = topology.workerPlaces(siblings: siblings)
        let count = max(1, threads ?? places.count)
        let isPinned = topology.isThisMachine && count <= places.count
        try self.init(
            places: (0..<count).map { places[$0 % places.count] }, isPinned: isPinned,
            // With a single worker nobody is ever worth waiting for.
            spins: count == 1 ? 0 : 2000,
            binding: { place in if isPinned { topology.bindCallingThread(to: place) } })
    }

    private init(
        places: [WorkerPlace], isPinned: Bool, spins: Int,
        binding: @escaping @Sendable (WorkerPlace) -> Void
    ) throws(ThreadStartFailed) {
        workers = places.enumerated().map { Worker(index: $0.offset, place: $0.element, spins: spins) }
        threadCount = workers.count
        self.isPinned = isPinned
        state = Mutex(
            State(isIdle: Array(repeating: true, count: workers.count), idleCount: workers.count))
        for (index, worker) in workers.enumerated() {
            do throws(ThreadStartFailed) {
                try worker.startThread(binding: binding)
            } catch {
                for started in workers[..<index] { started.assign(.end) }
                throw error
            }
        }
    }

    deinit {
        // Every team holds on to the pool, so that all workers are idle here.
        for worker in workers { worker.assign(.end) }
    }

    /// Workers that serve no team just now.
    public var idleCount: Int { state.withLock { $0.idleCount } }

    /// Starts `body` on an idle worker, with a team of `size` (at most `threadCount`) led by it.
    ///
    /// The other idle workers join the team as far as it needs them; with fewer than `size` it starts
    /// all the same, and `reinforce` completes it later. Workers near each other are preferred.
    ///
    /// - Parameters:
    ///   - whenReleased: called whenever workers of this team come back to the pool, the last time
    ///     after `body` has ended. On a worker's thread: it must be short.
    ///   - body: the computation, which may block the thread; it ends the team by returning.
    /// - Returns: false where no worker is idle; nothing has been started then.
    public func start(
        teamOf size: Int, whenReleased: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable (any Team) -> Void
    ) -> Bool {
        start(teamOf: size, whenReleased: whenReleased) { team in
            body(team)
            return {}
        }
    }

    /// As above; what `body` returns runs once all workers of the team are idle again.
    private func start(
        teamOf size: Int, whenReleased: @escaping @Sendable () -> Void,
        _ body: @escaping @Sendable (any Team) -> (@Sendable () -> Void)
    ) -> Bool {
        let size = max(1, min(size, threadCount))
        return state.withLock { state in
            let chosen = take(upTo: size, from: &state)
            guard let leader = chosen.first else { return false }
            let team = PoolTeam(size: size, leader: leader, whenReleased: whenReleased)
            state.teams.append(team)
            for helper in chosen.dropFirst() { join(team, helper) }
            leader.assign(
                .work { [self] in
                    team.end(with: body(team))
                    giveBack(leader, of: team, isLeader: true)
                })
            return true
        }
    }

    /// Runs `body` as `start` does and returns what it returns, nil where no worker is idle.
    ///
    /// When this returns, the team's workers are idle again.
    public func run<Value: Sendable>(
        teamOf size: Int, whenReleased: @escaping @Sendable () -> Void = {},
        _ body: @escaping @Sendable (any Team) -> Value
    ) async -> Value? {
        await withCheckedContinuation { continuation in
            let started = start(teamOf: size, whenReleased: whenReleased) { team in
                let value = body(team)
                return { continuation.resume(returning: value) }
            }
            if !started { continuation.resume(returning: nil) }
        }
    }

    /// Asks the team with the most helpers to give one back, which it does at its next chunk.
    ///
    /// For a computation that waits while a large one holds every core.
    /// - Returns: false where no team has a helper to give.
    @discardableResult
    public func recall() -> Bool {
        state.withLock { state in
            guard let team = state.teams.max(by: { $0.helperCount < $1.helperCount }), team.helperCount > 0
            else { return false }
            team.recallOne()
            return true
        }
    }

    /// Hands idle workers to the teams that have fewer than they could use, the neediest first.
    ///
    /// For when nothing waits.
    public func reinforce() {
        state.withLock { state in
            while state.idleCount > 0 {
                let needy = state.teams.max { $0.missingHelpers < $1.missingHelpers }
                guard let needy, needy.missingHelpers > 0,
                    let helper = take(upTo: 1, from: &state, near: needy.leader.place).first
                else { return }
                join(needy, helper)
            }
        }
    }

    // MARK: workers on their way

    private func join(_ team: PoolTeam, _ helper: Worker) {
        team.join(helper)
        helper.assign(
            .work { [self] in
                team.serve(helper)
                giveBack(helper, of: team, isLeader: false)
            })
    }

    private func giveBack(_ worker: Worker, of team: PoolTeam, isLeader: Bool) {
        let isLast = state.withLock { state in
            state.isIdle[worker.index] = true
            state.idleCount += 1
            // Nobody joins the team from here on.
            if isLeader { state.teams.removeAll { $0 === team } }
            return team.memberLeft()
        }
        team.released(isLast: isLast)
    }

    /// Up to `count` idle workers, no longer idle then: from one cache domain where one has enough,
    /// the fullest that does, so that large domains stay whole for large teams.
    private func take(upTo count: Int, from state: inout State, near place: WorkerPlace? = nil) -> [Worker] {
        guard state.idleCount > 0 else { return [] }
        let idle = workers.filter { state.isIdle[$0.index] }
        var idleInDomain: [Int: Int] = [:]
        for worker in idle { idleInDomain[worker.place.cacheDomain, default: 0] += 1 }

        func cost(_ worker: Worker) -> (Int, Int, Int, Int) {
            let domain = worker.place.cacheDomain
            let idle = idleInDomain[domain, default: 0]
            // Near the leader first; then domains that suffice, tightest first; then the emptiest.
            let distance = place.map { $0.distance(to: worker.place) } ?? 0
            let fit = idle >= count ? idle - count : workers.count + (workers.count - idle)
            return (distance, fit, domain, worker.index)
        }
        let chosen = idle.sorted { cost($0) < cost($1) }.prefix(count)
        for worker in chosen { state.isIdle[worker.index] = false }
        state.idleCount -= chosen.count
        return Array(chosen)
    }
}

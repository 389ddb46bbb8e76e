import Hardware
import Synchronization
public import Vocabulary

/// A request that the engine has admitted, from then to its end.
public final class Job: Sendable {
    /// How it ends; called once, on whatever thread ends it: return soon.
    public typealias Completion = @Sendable (Result<ComputeResult, Failure>) -> Void

    /// The engine's own number for it.
    public let id: UInt64
    let client: ClientID
    let shape: InputShape
    let options: ComplexOptions
    let threads: Int?
    let admittedAt: ContinuousClock.Instant
    let memory: MemoryAccount
    let stop = StopSignal()
    let meter = ProgressMeter()
    /// The numbers, while there is a use for them.
    let input = Mutex<Input?>(nil)

    /// The numbers of a request: looked at on a thread that may take its time.
    public typealias Reader = @Sendable () throws(InvalidInput) -> ComputeInput

    enum Input: Sendable {
        case unread(Reader)
        case read(ComputeInput)
    }

    init(
        id: UInt64, client: ClientID, shape: InputShape, options: ComplexOptions, threads: Int?,
        memory: MemoryAccount, at now: ContinuousClock.Instant
    ) {
        self.id = id
        self.client = client
        self.shape = shape
        self.options = options
        self.threads = threads
        self.memory = memory
        admittedAt = now
    }

    /// How far it is. Cheap: ask as often as you like.
    public var progress: ComputeProgress { ComputeProgress(phase: meter.phase, fraction: meter.fraction) }

    /// Why it had ended already when its numbers came.
    var endFailure: Failure { Failure(stop.reason ?? .cancelled) }

    /// The input, read now if it was not before.
    func readInput() throws(Failure) -> ComputeInput {
        let current = input.withLock { $0 }
        switch current {
        case .read(let input): return input
        case .unread(let read):
            do {
                let numbers = try read()
                input.withLock { $0 = .read(numbers) }
                return numbers
            } catch {
                throw Failure(error)
            }
        case nil: throw Failure(.internal, "the input of computation \(id) is gone")
        }
    }
}

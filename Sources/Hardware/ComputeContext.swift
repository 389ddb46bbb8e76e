/// What a computation is given: its threads, its memory account, its stop signal, its progress meter.
public struct ComputeContext: Sendable {
    public let team: any Team
    public let memory: MemoryAccount
    public let stop: StopSignal
    public let progress: ProgressMeter
    /// A device for passes over many alike things; nil where the team is to do them.
    public var device: OpenCLDevice?

    public init(
        team: any Team = CallingThread(), memory: MemoryAccount = MemoryAccount(),
        stop: StopSignal = StopSignal(), progress: ProgressMeter = ProgressMeter(),
        device: OpenCLDevice? = nil
    ) {
        self.team = team
        self.memory = memory
        self.stop = stop
        self.progress = progress
        self.device = device
    }
}

import Vocabulary

extension ProtoStatus {
    init(_ status: DaemonStatus) {
        version = status.version
        processID = UInt64(count: status.processID)
        uptimeSeconds = status.uptimeSeconds
        threadCount = UInt32(count: status.threadCount)
        memoryBudget = UInt64(count: status.memoryBudget)
        memoryReserved = UInt64(count: status.memoryReserved)
        queueCapacity = UInt32(count: status.queueCapacity)
        connections = UInt32(count: status.connections)
        completed = UInt64(count: status.completed)
        failed = UInt64(count: status.failed)
        cancelled = UInt64(count: status.cancelled)
        refused = UInt64(count: status.refused)
        computations = status.computations.map(ProtoComputation.init)
    }
}

extension DaemonStatus {
    init(_ message: ProtoStatus) {
        self.init()
        version = message.version
        processID = Int(clamping: message.processID)
        uptimeSeconds = message.uptimeSeconds
        threadCount = Int(message.threadCount)
        memoryBudget = Int(clamping: message.memoryBudget)
        memoryReserved = Int(clamping: message.memoryReserved)
        queueCapacity = Int(message.queueCapacity)
        connections = Int(message.connections)
        completed = Int(clamping: message.completed)
        failed = Int(clamping: message.failed)
        cancelled = Int(clamping: message.cancelled)
        refused = Int(clamping: message.refused)
        computations = message.computations.map(ComputationSummary.init)
    }
}

extension ProtoComputation {
    init(_ computation: ComputationSummary) {
        id = computation.id
        running = computation.state == .running
        client = computation.client
        pointCount = UInt64(count: computation.pointCount)
        progress = ProtoProgress(computation.progress)
        seconds = computation.seconds
        estimatedMemory = UInt64(count: computation.estimatedMemory)
    }
}

extension ComputationSummary {
    init(_ message: ProtoComputation) {
        self.init(
            id: message.id, state: message.running ? .running : .queued, client: message.client,
            pointCount: Int(clamping: message.pointCount), progress: ComputeProgress(message.progress),
            seconds: message.seconds, estimatedMemory: Int(clamping: message.estimatedMemory))
    }
}

extension ProtoProgress {
    init(_ progress: ComputeProgress) {
        phase = progress.phase
        fraction = progress.fraction
    }
}

extension ComputeProgress {
    init(_ message: ProtoProgress) {
        self.init(phase: message.phase, fraction: message.fraction)
    }
}

extension ProtoEstimate {
    init(_ estimate: ComputeEstimate) {
        seconds = estimate.seconds
        memory = UInt64(count: estimate.memory)
        admissible = estimate.admissible
        memoryBudget = UInt64(count: estimate.memoryBudget)
    }
}

extension ComputeEstimate {
    init(_ message: ProtoEstimate) {
        self.init(
            seconds: message.seconds, memory: Int(clamping: message.memory),
            admissible: message.admissible, memoryBudget: Int(clamping: message.memoryBudget))
    }
}

extension ProtoFailure {
    init(_ failure: Failure) {
        code = failure.code.rawValue
        message = failure.message
        details = failure.details
        if let retryAfter = failure.retryAfter { retryAfterMs = retryAfter.wholeMilliseconds }
    }
}

extension Failure {
    init(_ message: ProtoFailure) {
        // A code of a later version is a failure all the same.
        self.init(
            FailureCode(rawValue: message.code) ?? .internal, message.message, details: message.details,
            retryAfter: message.hasRetryAfterMs ? Duration(milliseconds: message.retryAfterMs) : nil)
    }
}

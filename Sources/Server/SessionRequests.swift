import Engine
import Glibc
import Logging
import NIOCore
import Vocabulary
import Wire

/// What a session does with the requests it has read.
extension Session {
    /// A place in the engine's queue; nil when the request is answered already.
    func admit(_ header: FrameHeader, _ head: ComputeHead) -> Job? {
        let isEstimate = header.kind == .estimate
        do throws(Failure) {
            guard inFlight.count < daemon.settings.maxInFlight else {
                throw Failure(
                    .overloaded,
                    "\(inFlight.count) requests of this connection are unanswered, wait for one of them",
                    details: ["max_in_flight": "\(daemon.settings.maxInFlight)"],
                    retryAfter: .milliseconds(50))
            }
            if isEstimate,
                let estimate = try daemon.engine.hopelessEstimate(
                    head.shape, head.options, threads: head.threads)
            {
                send(.estimateReply(id: header.requestID, estimate))
                return nil
            }
            return try daemon.engine.admit(
                head.shape, head.options, threads: head.threads, timeout: head.timeout, client: client)
        } catch {
            logger.debug("refused", metadata: ["request": "\(header.requestID)", "failure": "\(error)"])
            send(.failure(id: header.requestID, error))
            return nil
        }
    }

    func compute(_ id: UInt64, _ job: Job, _ head: ComputeHead, _ arrays: [WireArray]) {
        if let interval = head.progressInterval { reportProgress(id, job, every: interval) }
        let session = NIOLoopBound(self, eventLoop: channel.eventLoop)
        let (eventLoop, limits) = (channel.eventLoop, Self.replyLimits)
        let read: Job.Reader = { () throws(InvalidInput) in try head.input(arrays: arrays) }
        let completion: Job.Completion = { outcome in
            // Still on the thread that computed: the event loop is spared the pass over the bars.
            let answer = OutboundFrame.answer(id: id, outcome, limits: limits)
            let send: @Sendable () -> Void = {
                session.value.note(job, head.traceParent, answer)
                session.value.answer(id, answer)
            }
            eventLoop.inEventLoop ? send() : eventLoop.execute(send)
        }
        let engine = daemon.engine
        if turn.take(unless: { engine.isThreadIdle(besides: $0) && !coreShare.isContested() }),
            engine.computeInPlace(job, read, completion: completion)
        {
            return
        }
        engine.submit(job, read, completion: completion)
    }

    func estimate(_ id: UInt64, _ job: Job, _ head: ComputeHead, _ arrays: [WireArray]) {
        let session = NIOLoopBound(self, eventLoop: channel.eventLoop)
        let eventLoop = channel.eventLoop
        daemon.engine.submitEstimate(job, { () throws(InvalidInput) in try head.input(arrays: arrays) }) {
            outcome in
            eventLoop.execute {
                switch outcome {
                case .success(let estimate): session.value.answer(id, .estimateReply(id: id, estimate))
                case .failure(let failure): session.value.answer(id, .failure(id: id, failure))
                }
            }
        }
    }

    /// A computation that somebody traces is worth a line where the trace is recorded.
    private func note(_ job: Job, _ traceParent: TraceParent?, _ answer: OutboundFrame) {
        guard let traceParent else { return }
        logger.log(
            level: traceParent.isSampled ? .info : .debug,
            answer.kind == .result ? "computed" : "not computed",
            metadata: ["computation": "\(job.id)", "traceparent": "\(traceParent)"])
    }

    /// Sends the answer. The request counts as unanswered, and its result against the memory budget,
    /// until it is written.
    private func answer(_ id: UInt64, _ frame: OutboundFrame) {
        // Gone with its connection, otherwise.
        guard let request = inFlight[id] else { return }
        request.progress?.cancel()
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { [self] _ in inFlight[id] = nil }
        send(frame, promise: written)
        watch?.expect()
    }

    /// Sends a progress frame after `interval`, and again, as long as the request is unanswered.
    private func reportProgress(
        _ id: UInt64, _ job: Job, every interval: Duration, last: ComputeProgress? = nil
    ) {
        inFlight[id]?.progress = channel.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(interval)) {
            [weak self] in
            guard let self else { return }
            let now = job.progress
            // Who reads slowly gets fewer.
            if now != last, channel.isWritable { send(.progress(id: id, now)) }
            reportProgress(id, job, every: interval, last: now)
        }
    }

    func cancel(_ id: UInt64, _ target: CancelTarget) {
        switch target {
        case .request(let request):
            let found = inFlight[request].map { daemon.engine.cancel($0.job.id) } ?? false
            send(.cancelReply(id: id, found: found))
        case .computation(let number):
            guard let owner = daemon.engine.client(of: number) else {
                return send(.cancelReply(id: id, found: false))
            }
            guard client.user == owner.user || client.user == 0 || client.user == geteuid() else {
                return send(
                    .failure(
                        id: id,
                        Failure(
                            .invalidArgument,
                            "computation \(number) belongs to user \(owner.user); cancel it as that user or root"
                        )))
            }
            logger.info("cancelled", metadata: ["computation": "\(number)", "of": "\(owner.name)"])
            send(.cancelReply(id: id, found: daemon.engine.cancel(number)))
        }
    }

    /// What a frame of ours may be at most.
    private static var replyLimits: FrameLimits { FrameLimits(control: 16 << 20) }
}

extension OutboundFrame {
    fileprivate static func answer(
        id: UInt64, _ outcome: Result<ComputeResult, Failure>, limits: FrameLimits
    ) -> OutboundFrame {
        switch outcome {
        case .failure(let failure): return .failure(id: id, failure)
        case .success(let result):
            let frame = OutboundFrame.result(id: id, result)
            if frame.fits(limits) { return frame }
            return .failure(
                id: id,
                Failure(
                    .resourceExhausted,
                    "the result of \(frame.length) bytes does not fit a frame of \(limits.frame); "
                        + "lower max_dimension, or ask without representatives"))
        }
    }
}

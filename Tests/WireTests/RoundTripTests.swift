import NIOCore
import Testing
import Vocabulary
import Wire

@Suite struct RoundTripTests {
    @Test(arguments: [1, 7, 64, Int.max])
    func requestsArriveAsTheyWereMeant(step: Int) throws {
        for request in [
            try Samples.square(), try Samples.distances(), try Samples.graph(), try Samples.weightedLine(),
            try Samples.measuredLine(), try Samples.alpha(),
        ] {
            let sent = OutboundFrame.compute(id: 9, request, progressInterval: .milliseconds(200))
            let frames = try Receiver<Request>.daemon().feed(sent.serialized(), step: step)
            let frame = try #require(frames.first)
            guard case .compute(let head) = frame.message else {
                Issue.record("not a compute: \(frame.message)")
                return
            }
            #expect(frame.header.requestID == 9)
            #expect(try head.input(arrays: frame.arrays) == request.input)
            #expect(head.options == request.options)
            #expect(head.threads == request.threads)
            #expect(head.timeout == request.timeout)
            #expect(head.progressInterval == .milliseconds(200))
        }
    }

    @Test func traceContextsArriveWhereTheyAreWellFormed() throws {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        var request = try Samples.square()
        request.traceParent = TraceParent(text)
        let sent = OutboundFrame.compute(id: 9, request)
        let frame = try #require(try Receiver<Request>.daemon().feed(sent.serialized()).first)
        guard case .compute(let head) = frame.message else {
            Issue.record("not a compute: \(frame.message)")
            return
        }
        #expect(head.traceParent?.text == text && head.traceParent?.isSampled == true)
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", String(repeating: "-", count: 55),
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\n",
    ])
    func whatIsNoTraceContextIsNone(text: String) { #expect(TraceParent(text) == nil) }

    @Test(arguments: [1, 7, 64, Int.max])
    func resultsArriveAsTheyWereMeant(step: Int) throws {
        for barcode in [Samples.barcode, Samples.barcodeWithCocycles, Barcode(maxDimension: 0, pairs: [])] {
            let subsample = barcode.pairs.isEmpty ? nil : Samples.subsample
            let sent = OutboundFrame.result(
                id: 9, ComputeResult(barcode: barcode, statistics: Samples.statistics, subsample: subsample))
            let frame = try #require(try Receiver<Reply>.client().feed(sent.serialized(), step: step).first)
            guard case .result(let head) = frame.message else {
                Issue.record("not a result: \(frame.message)")
                return
            }
            let result = try head.result(arrays: frame.arrays)
            #expect(result.barcode == barcode)
            #expect(result.statistics == Samples.statistics)
            #expect(result.subsample == subsample)
            #expect(result.alphaShape == nil)
        }
    }

    @Test func anAlphaShapeArrivesWithItsResult() throws {
        let sent = OutboundFrame.result(
            id: 9,
            ComputeResult(
                barcode: Samples.barcode, statistics: Samples.statistics, alphaShape: Samples.triangle))
        let frame = try #require(try Receiver<Reply>.client().feed(sent.serialized()).first)
        guard case .result(let head) = frame.message else {
            Issue.record("not a result: \(frame.message)")
            return
        }
        #expect(try head.result(arrays: frame.arrays).alphaShape == Samples.triangle)
    }

    @Test func smallRepliesArriveAsTheyWereMeant() throws {
        let receiver = try Receiver<Reply>.client()
        func sent(_ frame: OutboundFrame) throws -> Reply? {
            try receiver.feed(frame.serialized()).first?.message
        }

        if case .status(let status) = try sent(.statusReply(id: 1, Samples.status)) {
            #expect(status == Samples.status)
        } else {
            Issue.record("no status")
        }
        if case .devices(let hardware) = try sent(.devicesReply(id: 1, Samples.hardware)) {
            #expect(hardware == Samples.hardware)
        } else {
            Issue.record("no devices")
        }
        if case .failure(let failure) = try sent(.failure(id: 1, Samples.failure)) {
            #expect(failure == Samples.failure)
        } else {
            Issue.record("no failure")
        }
    }

    @Test func framesFollowEachOther() throws {
        var bytes = ByteBuffer()
        for (_, frame) in try Samples.requests() { bytes.writeImmutableBuffer(frame.serialized()) }
        let frames = try Receiver<Request>.daemon().feed(bytes, step: 11)
        #expect(frames.map(\.header.requestID) == [0, 1, 2, 3, 4, 10, 11, 5, 6, 7, 8, 9, 12])
    }

    @Test func aSkippedFrameDoesNotDisturbTheNext() throws {
        let receiver = try Receiver<UInt64> { header, _ throws(WireError) in
            header.arrayLength > 0 ? .skip : .collect(header.requestID, [])
        }
        var bytes = OutboundFrame.compute(id: 1, try Samples.square()).serialized()
        bytes.writeImmutableBuffer(OutboundFrame.status(id: 2).serialized())
        #expect(try receiver.feed(bytes, step: 5).map(\.message) == [2])
    }
}

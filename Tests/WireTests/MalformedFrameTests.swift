import NIOCore
import NIOEmbedded
import SeededRandom
import Testing
import Vocabulary
import Wire

@Suite struct MalformedFrameTests {
    private func error(_ bytes: [UInt8], limits: FrameLimits = FrameLimits()) throws -> WireError? {
        let receiver = try Receiver<Request>.daemon(limits: limits)
        do {
            _ = try receiver.feed(ByteBuffer(bytes: bytes))
        } catch let error as WireError {
            return error
        }
        return nil
    }

    /// The bytes of a status request, changed.
    private func status(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = Array(OutboundFrame.status(id: 7).serialized().readableBytesView)
        change(&bytes)
        return bytes
    }

    @Test func headersAreChecked() throws {
        #expect(try error(status { $0[0] = 15 }) == .shortFrame(length: 15))
        #expect(try error(status { $0[4] = 2 }) == .unknownVersion(2))
        #expect(try error(status { $0[5] = 0x7F }) == .unknownKind(0x7F))
        #expect(try error(status { $0[6] = 1 }) == .reservedNotZero(1))
        #expect(try error(status { $0[16] = 1 }) == .controlPastFrame(control: 1, frame: 16))
    }

    @Test func aLengthIsRefusedByItsFourBytesAlone() throws {
        let limits = FrameLimits(frame: 1000, control: 100)
        #expect(try error([0xE9, 0x03, 0, 0], limits: limits) == .longFrame(length: 1001, limit: 1000))
        #expect(try error([0xE8, 0x03, 0, 0], limits: limits) == nil)
    }

    @Test func aLongControlMessageIsRefusedBeforeItComes() throws {
        let bytes = status {
            $0[1] = 0xFF
            $0[17] = 0xFF
        }
        #expect(
            try error(bytes, limits: FrameLimits(control: 100)) == .longControl(length: 0xFF00, limit: 100))
    }

    @Test func controlMessagesMustParse() throws {
        var bytes = status {
            $0[0] += 1; $0[16] = 1
        }
        bytes.append(0xFF)
        #expect(try error(bytes) == .malformedMessage(.status))
    }

    @Test func repliesAreNoRequests() throws {
        let bytes = Array(OutboundFrame.cancelReply(id: 1, found: true).serialized().readableBytesView)
        #expect(try error(bytes) == .unexpectedKind(.cancelReply, expected: "a request"))
    }

    @Test func aFrameThatEndsInTheMiddleIsTruncated() throws {
        let bytes = OutboundFrame.compute(id: 1, try Samples.square()).serialized()
        for length in 1..<bytes.readableBytes {
            let receiver = try Receiver<Request>.daemon()
            _ = try receiver.feed(bytes.getSlice(at: 0, length: length) ?? ByteBuffer())
            #expect(throws: WireError.truncated) { _ = try receiver.channel.finish() }
        }
    }

    @Test func arraysThatDoNotMatchTheirDescriptionAreRefused() throws {
        // Four bytes more than the message says.
        var bytes = Array(OutboundFrame.compute(id: 1, try Samples.square()).serialized().readableBytesView)
        bytes[0] += 4
        var buffer = ByteBuffer(bytes: bytes + [0, 0, 0, 0])
        let header = FrameHeader(
            kind: .compute, requestID: 1, controlLength: Int(bytes[16]), arrayLength: 36)
        buffer.moveReaderIndex(forwardBy: FrameHeader.byteCount)
        let slice = buffer.readSlice(length: header.controlLength)
        let control = try #require(slice)
        let refusal = #expect(throws: RequestError.self) { try Request(header: header, control: control) }
        guard case .refused(let failure) = refusal else {
            Issue.record("taken for a broken frame: \(String(describing: refusal))")
            return
        }
        #expect(failure.code == .invalidArgument)
        #expect(failure.message == "bytes of the arrays: 36 numbers, expected 32")
    }

    @Test func randomBytesNeverDoMoreThanFail() throws {
        var random = SplitMix64(seed: 2)
        let good = try Samples.requests().map { Array($0.frame.serialized().readableBytesView) }
        for round in 0..<3000 {
            // Noise, or a good frame with a few bytes changed.
            var bytes = good[round % good.count]
            if round.isMultiple(of: 3) {
                bytes = (0..<60).map { _ in UInt8.random(in: 0...255, using: &random) }
            } else {
                for _ in 0..<3 {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
                        in: 0...255, using: &random)
                }
            }
            let receiver = try Receiver<Request>.daemon(limits: FrameLimits(frame: 1 << 16))
            do {
                for frame in try receiver.feed(ByteBuffer(bytes: bytes)) {
                    if case .compute(let head) = frame.message { _ = try? head.input(arrays: frame.arrays) }
                }
            } catch is WireError {}
        }
    }
}

import NIOCore
import NIOEmbedded
import Testing
import Vocabulary
import Wire

@Suite struct FrameWriterTests {
    /// A cloud whose frame is many chunks long.
    private func large() throws -> OutboundFrame {
        let coordinates = (0..<300_000).map { Float($0) }
        return .compute(
            id: 1,
            ComputeRequest(
                input: .points(try PointCloud(dimension: 3, coordinates: .float32(coordinates))),
                options: try VietorisRipsOptions()))
    }

    @Test func largeFramesGoOutInChunksAndInOrder() throws {
        let channel = EmbeddedChannel(handler: FrameWriter())
        let frames = [try large(), .status(id: 2)]
        for frame in frames { channel.write(frame, promise: nil) }
        channel.flush()
        var sent = ByteBuffer()
        var chunks = 0
        while var chunk = try channel.readOutbound(as: ByteBuffer.self) {
            #expect(chunk.readableBytes <= 300_000)
            sent.writeBuffer(&chunk)
            chunks += 1
        }
        #expect(chunks >= 6)
        var expected = frames[0].serialized()
        expected.writeImmutableBuffer(frames[1].serialized())
        #expect(sent == expected)
    }

    @Test func nothingIsTurnedIntoBytesWhileThePeerDoesNotRead() throws {
        let channel = EmbeddedChannel(handler: FrameWriter())
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        channel.writeAndFlush(try large(), promise: nil)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try channel.readOutbound(as: ByteBuffer.self) != nil)
    }

    @Test func whatWasNotSentFailsWithTheConnection() throws {
        let channel = EmbeddedChannel(handler: FrameWriter())
        channel.isWritable = false
        let sent = channel.writeAndFlush(try large())
        try channel.close().wait()
        #expect(throws: (any Error).self) { try sent.wait() }
    }
}

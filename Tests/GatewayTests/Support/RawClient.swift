import NIOCore
import NIOPosix

/// Sends bytes as they are and gives back all that comes until the server closes.
enum RawClient {
    static func exchange(
        port: Int, _ first: String, thenAfterFirstAnswer second: String? = nil
    ) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "localhost", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: first))
            var answer = ByteBuffer()
            var pending = second
            for try await var part in inbound {
                answer.writeBuffer(&part)
                if let text = pending {
                    pending = nil
                    try await outbound.write(ByteBuffer(string: text))
                }
            }
            return String(buffer: answer)
        }
    }
}

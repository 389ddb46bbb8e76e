import Glibc
import NIOCore

/// Who is at the other end of a Unix socket, as the kernel says: the layout of Linux's `struct ucred`.
struct PeerCredentials: Sendable, BitwiseCopyable {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0

    static func of(_ channel: any Channel) -> EventLoopFuture<PeerCredentials> {
        guard let socket = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededFuture(PeerCredentials())
        }
        return socket.unsafeGetSocketOption(
            level: SocketOptionLevel(SOL_SOCKET), name: SocketOptionName(SO_PEERCRED))
    }
}

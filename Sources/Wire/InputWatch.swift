import Glibc
package import NIOCore

/// Keeps a connection's event loop awake for a moment where its next frame is about to come.
///
/// To wake a thread that sleeps takes 50 to 80 µs on a virtual machine, half as long as the smallest computations. So
/// where frames have come quickly one after the other, the loop looks for the next one until that is there, or
/// late. In vain, or with another thread waiting for the core, it has been a mistake: frames must come quickly for
/// longer before the next try, so that neither an idle connection nor a busy machine pays for it.
///
/// While it looks the loop does nothing else. Lives on the channel's event loop.
package final class InputWatch {
    private static let leastStreak = 4
    private static let longestStreak = 64

    private let channel: any Channel
    private let patience: TimeAmount
    private let mayLook: () -> Bool
    /// When the next frame was first expected; nil where none is.
    private var since: NIODeadline?
    /// How many frames came quickly, without one that did not, and how many must.
    private var streak = 0
    private var wanted = leastStreak

    /// - Parameters:
    ///   - patience: how long a frame is worth looking for.
    ///   - mayLook: asked each time. Whether the loop has nothing else to do, and a core to spare.
    package init(_ channel: any Channel, for patience: Duration, where mayLook: @escaping () -> Bool) {
        self.channel = channel
        self.patience = TimeAmount(patience)
        self.mayLook = mayLook
    }

    /// From now on a frame is expected. Call it when what was to be sent is sent.
    package func expect() {
        since = .now()
        guard streak >= wanted else { return }
        // Once all that has come in by now is handled.
        channel.eventLoop.assumeIsolated().execute { [self] in look() }
    }

    /// A frame came.
    ///
    /// - Parameter isAlone: whether no other connection has been served meanwhile.
    package func arrived(isAlone: Bool) {
        guard let since else { return }
        self.since = nil
        // Whoever sleeps is late by the time that waking takes.
        streak = isAlone && .now() - since < patience + patience ? streak + 1 : 0
    }

    private func look() {
        guard let since, mayLook() else { return }
        let disturbances = CoreShare.timesTurnedOut
        let isThere = isReadable(until: since + patience)
        if isThere, CoreShare.timesTurnedOut == disturbances {
            wanted = Self.leastStreak
        } else {
            streak = 0
            wanted = min(2 * wanted, Self.longestStreak)
        }
    }

    private func isReadable(until deadline: NIODeadline) -> Bool {
        let found = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { descriptor in
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while NIODeadline.now() < deadline {
                if poll(&entry, 1, 0) != 0 { return true }
                // Whoever waits for this core comes first.
                sched_yield()
            }
            return false
        }
        return found ?? false
    }
}

@available(*, unavailable)
extension InputWatch: Sendable {}

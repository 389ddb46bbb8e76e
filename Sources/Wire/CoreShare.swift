import Glibc

/// Whether the calling thread has its core to itself.
package struct CoreShare {
    /// Looks without a disturbance after which a core counts as the thread's own again.
    private static let calm = 16

    private var looks = calm
    private var lastSeen = 0

    package init() {}

    /// Whether the thread was turned out of its core lately: others wait for it then, and a further thread would only
    /// wait too. Asked by one thread, each time that it matters.
    package mutating func isContested() -> Bool {
        let seen = Self.timesTurnedOut
        looks = seen == lastSeen ? min(looks + 1, Self.calm) : 0
        lastSeen = seen
        return looks < Self.calm
    }

    /// How often this thread has had to leave its core to another.
    static var timesTurnedOut: Int {
        var usage = rusage()
        getrusage(usageOfThread, &usage)
        return usage.ru_nivcsw
    }

    /// RUSAGE_THREAD, which the C library's module leaves out.
    private static let usageOfThread: CInt = 1
}

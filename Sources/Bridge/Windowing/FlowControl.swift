/// Whether events are read at all: not while too much waits for the daemon or the brokers, and then not before
/// half of that is done.
struct FlowControl {
    /// Closed windows, and the bytes of their events.
    let maxPending: Int
    let totalLimit: Int
    private(set) var isPaused = false

    /// Letters are small beside windows.
    private var maxLetters: Int { 20 * maxPending }

    init(maxPending: Int, totalLimit: Int) {
        self.maxPending = maxPending
        self.totalLimit = totalLimit
    }

    /// Sees how much waits.
    ///
    /// - Returns: whether that has changed `isPaused`.
    mutating func adjust(pending: Int, bytes: Int, letters: Int) -> Bool {
        let isFull = pending >= maxPending || bytes >= totalLimit || letters >= maxLetters
        let isEasy = pending <= maxPending / 2 && bytes <= totalLimit / 2 && letters <= maxLetters / 2
        guard isPaused ? isEasy : isFull else { return false }
        isPaused.toggle()
        return true
    }
}

import Glibc

/// Tells the processes that use a store of each other: each holds a shared lock on one file, and the
/// kernel lets go of it however the process ends.
final class PresenceLock: Sendable {
    private let descriptor: CInt
    /// Whether no other process held the lock; nobody else can then take it before `share`.
    let isAlone: Bool

    init(path: String) throws(StoreError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unavailable("\(path): \(String(cString: strerror(errno)))")
        }
        self.descriptor = descriptor
        isAlone = flock(descriptor, LOCK_EX | LOCK_NB) == 0
    }

    /// Lets others in.
    func share() throws(StoreError) {
        guard flock(descriptor, LOCK_SH) == 0 else {
            throw .unavailable("the lock of the store: \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }
}

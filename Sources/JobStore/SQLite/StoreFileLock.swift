import Glibc

/// Lets the processes that use a store open it one after the other, and tells those that run its jobs of
/// each other. The kernel lets go of the locks however a process ends.
final class StoreFileLock: Sendable {
    private let path: String
    private let descriptor: CInt

    /// Waits until no other process is opening the store.
    init(path: String) throws(StoreError) {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, Self.setOpening(F_WRLCK, descriptor) else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw .unavailable("\(path): \(reason)")
        }
    }

    deinit { close(descriptor) }

    /// Lets others open it.
    func finishOpening() { _ = Self.setOpening(F_UNLCK, descriptor) }

    /// Makes this process one of those that run jobs, before it has finished opening.
    ///
    /// - Returns: whether it is the only one.
    func join() throws(StoreError) -> Bool {
        let isAlone = flock(descriptor, LOCK_EX | LOCK_NB) == 0
        guard flock(descriptor, LOCK_SH) == 0 else {
            throw .unavailable("\(path): \(String(cString: strerror(errno)))")
        }
        return isAlone
    }

    /// Makes this process none of those that run jobs, now and not only when the last reference is gone.
    func leave() { _ = flock(descriptor, LOCK_UN) }

    /// Linux's F_OFD_SETLKW, which Glibc's module does not show.
    private static let lockOpenFileAndWait: CInt = 38

    /// A lock of the open file, which does not get into the way of the other one, a lock of the whole file.
    private static func setOpening(_ type: CInt, _ descriptor: CInt) -> Bool {
        var lock = flock()
        lock.l_type = CShort(type)
        lock.l_whence = CShort(SEEK_SET)
        var code: CInt
        repeat { code = fcntl(descriptor, lockOpenFileAndWait, &lock) } while code < 0 && errno == EINTR
        return code == 0
    }
}

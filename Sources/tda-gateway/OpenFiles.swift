import Glibc

enum OpenFiles {
    /// Raises the number of files that may be open to what the system allows: each connection is one.
    static func raiseLimit() {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        // Where it does not work, the old limit holds; connections beyond it wait.
        _ = setrlimit(resource, &limit)
    }
}

internal import Glibc

/// Asks for large pages under a large block of memory that is about to be written for the first time:
/// with small ones, more time goes into page faults than into distances of low dimension.
func adviseHugePages<Element>(_ base: UnsafeMutablePointer<Element>, count: Int) {
    let hugePage = 1 << 21
    let start = (Int(bitPattern: base) + hugePage - 1) / hugePage * hugePage
    let end = Int(bitPattern: base + count) / hugePage * hugePage
    guard end > start else { return }
    // Advice only: without large pages everything works as before.
    _ = madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE)
}

internal import CHwloc
internal import Glibc

/// What becomes of large blocks of memory once they are freed.
public enum LargeBlocks {
    /// Has the C library give blocks from some megabytes on back to the system at once, and keep a megabyte for
    /// small ones, without which each small computation would take its pages from the system anew.
    ///
    /// Without it glibc keeps ever larger ones for itself, so that a process holds long after a
    /// computation what the memory account counts as released: 105 MiB after one of 163 MiB, 6 with it, in
    /// the same time. Call it once, at the start of the process.
    public static func returnAtOnce() { tda_return_blocks(4 << 20, 1 << 20) }

    /// Asks for large pages under a large block that is about to be written for the first time: with small
    /// ones, more time goes into page faults than into what is written.
    public static func preferHugePages<Element>(_ base: UnsafeMutablePointer<Element>, count: Int) {
        let hugePage = 1 << 21
        let start = (Int(bitPattern: base) + hugePage - 1) / hugePage * hugePage
        let end = Int(bitPattern: base + count) / hugePage * hugePage
        guard end > start else { return }
        // Advice only: without large pages everything works as before.
        _ = madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE)
    }

    /// Has the threads of `team` write to each page of a large block that nothing was written to yet, a page
    /// one of them: two that come to a large page at the same time both clear it, and one in vain.
    public static func touch<Element>(_ base: UnsafeMutablePointer<Element>, count: Int, _ team: any Team) {
        let start = Int(bitPattern: base)
        let end = start + count * MemoryLayout<Element>.stride
        let largePage = 1 << 21
        guard end - start >= 2 * largePage else { return }
        let first = start / largePage
        team.forEachChunk(of: (end - 1) / largePage - first + 1, by: 1) { _, pages in
            for page in pages {
                let place = max((first + page) * largePage, start)
                UnsafeMutableRawPointer(bitPattern: place)?.storeBytes(of: 0, as: UInt8.self)
            }
        }
    }
}

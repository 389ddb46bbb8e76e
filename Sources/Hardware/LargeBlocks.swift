internal import CHwloc
internal import Glibc

/// The pages under large blocks of memory, from the first write until they are freed.
public enum LargeBlocks {
    /// The bytes of a large page.
    static let page = 1 << 21

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
        let start = (Int(bitPattern: base) + page - 1) / page * page
        let end = Int(bitPattern: base + count) / page * page
        guard end > start else { return }
        // Advice only: without large pages everything works as before.
        _ = madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE)
    }

    /// Has the threads of `team` write to each page of a large block that nothing was written to yet, a page
    /// one of them: two that come to a large page at the same time both clear it, and one in vain.
    public static func touch<Element>(_ base: UnsafeMutablePointer<Element>, count: Int, _ team: any Team) {
        let start = Int(bitPattern: base)
        let end = start + count * MemoryLayout<Element>.stride
        guard end - start >= 2 * page else { return }
        let first = start / page
        team.forEachChunk(of: (end - 1) / page - first + 1, by: 1) { _, range in
            for index in range {
                let place = max((first + index) * page, start)
                UnsafeMutableRawPointer(bitPattern: place)?.storeBytes(of: 0, as: UInt8.self)
            }
        }
    }
}

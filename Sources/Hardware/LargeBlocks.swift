internal import CHwloc

/// What becomes of large blocks of memory once they are freed.
public enum LargeBlocks {
    /// Has the C library give blocks from some megabytes on back to the system at once.
    ///
    /// Without it glibc keeps ever larger ones for itself, so that a process holds long after a
    /// computation what the memory account counts as released: 105 MiB after one of 163 MiB, 6 with it, in
    /// the same time. Call it once, at the start of the process.
    public static func returnAtOnce() { tda_return_blocks(4 << 20) }
}

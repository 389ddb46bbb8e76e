internal import CHwloc
internal import Glibc

/// Blocks of memory whose size their owner remembers. Large ones are mappings of their own, which grow
/// without a copy and go back to the system at once, whatever else the process has allocated meanwhile.
enum MemoryBlock {
    private static let leastMapping = 1 << 17
    private static let smallPage = Int(sysconf(Int32(_SC_PAGESIZE)))

    static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard bytes >= leastMapping else { return malloc(bytes) }
        guard bytes >= LargeBlocks.page else { return map(bytes) }
        // From a large page's boundary on; the system would only think of that for whole large pages.
        guard let mapped = map(bytes + LargeBlocks.page) else { return nil }
        let skipped = -Int(bitPattern: mapped) & (LargeBlocks.page - 1)
        let start = mapped + skipped
        let end = start + (bytes + smallPage - 1) / smallPage * smallPage
        if skipped > 0 { munmap(mapped, skipped) }
        if end < mapped + bytes + LargeBlocks.page { munmap(end, mapped + bytes + LargeBlocks.page - end) }
        preferLargePages(start, bytes)
        return start
    }

    /// Cuts a large block after so many bytes. What is behind, from the next large page on, is a large block too, and
    /// goes back to the system where there is not that much.
    static func split(
        _ room: UnsafeMutableRawPointer, _ bytes: Int, at first: Int
    ) -> (room: UnsafeMutableRawPointer, bytes: Int)? {
        let end = (first + smallPage - 1) / smallPage * smallPage
        let next = (first + LargeBlocks.page - 1) / LargeBlocks.page * LargeBlocks.page
        let isLarge = bytes - next >= LargeBlocks.page
        let gap = (isLarge ? next : bytes) - end
        if gap > 0 { munmap(room + end, gap) }
        return isLarge ? (room + next, bytes - next) : nil
    }

    private static func map(_ bytes: Int) -> UnsafeMutableRawPointer? {
        let room = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        return room == MAP_FAILED ? nil : room
    }

    /// Keeps what is there, and moves it if need be; nil where there is no more memory, and nothing has changed.
    static func resize(
        _ room: UnsafeMutableRawPointer, from held: Int, to wanted: Int
    ) -> UnsafeMutableRawPointer? {
        if held < leastMapping, wanted < leastMapping { return realloc(room, wanted) }
        if held >= leastMapping, wanted >= leastMapping,
            let moved = tda_resize_mapping(room, held, wanted)
        {
            preferLargePages(moved, wanted)
            return moved
        }
        guard let other = allocate(wanted) else { return nil }
        other.copyMemory(from: room, byteCount: min(held, wanted))
        free(room, held)
        return other
    }

    static func free(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        if bytes < leastMapping { Glibc.free(room) } else { munmap(room, bytes) }
    }

    /// Large pages under all of a mapping: one with advice for a part is two, which do not grow as one. Advice
    /// only: without large pages everything works as before.
    private static func preferLargePages(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        if bytes >= LargeBlocks.page { _ = madvise(room, bytes, MADV_HUGEPAGE) }
    }
}

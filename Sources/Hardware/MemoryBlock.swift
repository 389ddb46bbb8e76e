internal import CHwloc
internal import Glibc

/// Blocks of memory whose size their owner remembers. Large ones are mappings of their own, which grow
/// without a copy and go back to the system at once, whatever else the process has allocated meanwhile.
package enum MemoryBlock {
    private static let leastMapping = 1 << 20
    private static let largePage = 1 << 21

    package static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard bytes >= leastMapping else { return malloc(bytes) }
        let room = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let room, room != MAP_FAILED else { return nil }
        advise(room, bytes)
        return room
    }

    /// Keeps what is there, and moves it if need be; nil where there is no more memory, and nothing has changed.
    package static func resize(
        _ room: UnsafeMutableRawPointer, from held: Int, to wanted: Int
    ) -> UnsafeMutableRawPointer? {
        if held < leastMapping, wanted < leastMapping { return realloc(room, wanted) }
        if held >= leastMapping, wanted >= leastMapping,
            let moved = tda_resize_mapping(room, held, wanted)
        {
            advise(moved, wanted)
            return moved
        }
        guard let other = allocate(wanted) else { return nil }
        other.copyMemory(from: room, byteCount: min(held, wanted))
        free(room, held)
        return other
    }

    package static func free(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        if bytes < leastMapping { Glibc.free(room) } else { munmap(room, bytes) }
    }

    /// Large pages under large blocks: walks through a mesh would else wait for the translation of addresses,
    /// and fresh memory for a fault every 4 KiB.
    private static func advise(_ room: UnsafeMutableRawPointer, _ bytes: Int) {
        guard bytes >= largePage else { return }
        // All of it, since a mapping with advice for a part is two, which do not grow as one. Advice only:
        // without large pages everything works as before.
        _ = madvise(room, bytes, MADV_HUGEPAGE)
    }
}

import Formats
import Glibc

/// A file of our own, mapped into memory to be read once from front to back: its pages come from the disk as
/// they are needed and can go when memory is short, unlike a copy of it.
struct MappedFile: ~Copyable {
    private let bytes: UnsafeRawBufferPointer

    /// - Parameter path: a file that nobody changes; it may be removed meanwhile.
    init(path: String) throws(Problem) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .disk(errno) }
        defer { close(descriptor) }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size >= 0 else { throw .disk(errno) }
        // Nothing cannot be mapped.
        guard size > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw .disk(errno) }
        madvise(address, size, MADV_SEQUENTIAL)
        bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    /// - Parameter body: must not keep the bytes.
    borrowing func withBytes<Value>(
        _ body: (UnsafeRawBufferPointer) throws(FormatError) -> Value
    ) throws(FormatError) -> Value {
        try body(bytes)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}

import NIOCore

/// Fills the arrays of one frame from the bytes as they come. Each array's memory is asked for once,
/// when its first bytes are there; its length was checked before.
final class ArrayCollector {
    private let shapes: [ArrayShape]
    private(set) var arrays: [WireArray] = []
    private var filling: (any FillingArray)?

    init(_ shapes: [ArrayShape]) { self.shapes = shapes }

    /// Takes what it can from `buffer`; true once all arrays are full. Bytes of an element that is not
    /// all there stay in the buffer.
    func consume(_ buffer: inout ByteBuffer) -> Bool {
        while arrays.count < shapes.count {
            let current = filling ?? shapes[arrays.count].emptyArray
            guard current.fill(from: &buffer) else {
                filling = current
                return false
            }
            filling = nil
            arrays.append(current.array)
        }
        return true
    }
}

/// An array on its way in.
private protocol FillingArray: AnyObject {
    /// Takes the elements that are there; true once none is missing.
    func fill(from buffer: inout ByteBuffer) -> Bool
    var array: WireArray { get }
}

private final class Filling<Element: BitwiseCopyable>: FillingArray {
    private let count: Int
    private let wrap: ([Element]) -> WireArray
    private var values: [Element] = []

    init(_ count: Int, _ wrap: @escaping ([Element]) -> WireArray) {
        self.count = count
        self.wrap = wrap
    }

    var array: WireArray { wrap(values) }

    func fill(from buffer: inout ByteBuffer) -> Bool {
        let size = MemoryLayout<Element>.stride
        let ready = min(count - values.count, buffer.readableBytes / size)
        guard ready > 0 else { return values.count == count }
        if values.isEmpty { values.reserveCapacity(count) }
        buffer.readWithUnsafeReadableBytes { bytes in
            values.append(addingCapacity: ready) { free in
                free.withUnsafeMutableBufferPointer { destination, initialized in
                    UnsafeMutableRawBufferPointer(destination)
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<(ready * size)]))
                    initialized += ready
                }
            }
            return ready * size
        }
        return values.count == count
    }
}

extension ArrayShape {
    fileprivate var emptyArray: any FillingArray {
        switch element {
        case .float32: Filling(count, WireArray.float32)
        case .float64: Filling(count, WireArray.float64)
        case .int32: Filling(count, WireArray.int32)
        case .uint32: Filling(count, WireArray.uint32)
        case .uint16: Filling(count, WireArray.uint16)
        }
    }
}

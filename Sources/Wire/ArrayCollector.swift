internal import NIOCore

/// Fills the arrays of one frame from the bytes as they come. Each array's memory is asked for once,
/// when its first bytes are there; its length was checked before.
struct ArrayCollector {
    private let shapes: [ArrayShape]
    private(set) var arrays: [WireArray] = []

    init(_ shapes: [ArrayShape]) {
        self.shapes = shapes
        arrays.reserveCapacity(shapes.count)
    }

    /// Takes what it can from `buffer`; true once all arrays are full. Bytes of an element that is not
    /// all there stay in the buffer.
    mutating func consume(_ buffer: inout ByteBuffer) -> Bool {
        while true {
            if let current = arrays.indices.last, arrays[current].count < shapes[current].count {
                let missing = shapes[current].count - arrays[current].count
                let ready = min(missing, buffer.readableBytes / shapes[current].element.byteCount)
                guard ready > 0 else { return false }
                append(ready, from: &buffer, at: current)
                guard ready == missing else { return false }
            }
            guard arrays.count < shapes.count else { return true }
            arrays.append(Self.empty(shapes[arrays.count]))
        }
    }

    private static func empty(_ shape: ArrayShape) -> WireArray {
        switch shape.element {
        case .float32: .float32(reserved(shape.count))
        case .float64: .float64(reserved(shape.count))
        case .int32: .int32(reserved(shape.count))
        case .uint32: .uint32(reserved(shape.count))
        case .uint16: .uint16(reserved(shape.count))
        }
    }

    private static func reserved<Element>(_ count: Int) -> [Element] {
        var array: [Element] = []
        array.reserveCapacity(count)
        return array
    }

    /// Moves `count` elements. The array is taken out of its case while it grows, so that it is not copied.
    private mutating func append(_ count: Int, from buffer: inout ByteBuffer, at index: Int) {
        let array = arrays[index]
        arrays[index] = .uint16([])
        switch consume array {
        case .float32(var values):
            values.append(count, from: &buffer)
            arrays[index] = .float32(values)
        case .float64(var values):
            values.append(count, from: &buffer)
            arrays[index] = .float64(values)
        case .int32(var values):
            values.append(count, from: &buffer)
            arrays[index] = .int32(values)
        case .uint32(var values):
            values.append(count, from: &buffer)
            arrays[index] = .uint32(values)
        case .uint16(var values):
            values.append(count, from: &buffer)
            arrays[index] = .uint16(values)
        case .pairs:
            preconditionFailure("pairs are collected as float64")
        }
    }
}

extension Array where Element: BitwiseCopyable {
    /// - Precondition: the buffer holds that many.
    fileprivate mutating func append(_ count: Int, from buffer: inout ByteBuffer) {
        let byteCount = count * MemoryLayout<Element>.stride
        buffer.readWithUnsafeReadableBytes { bytes in
            append(addingCapacity: count) { free in
                free.withUnsafeMutableBufferPointer { destination, initialized in
                    UnsafeMutableRawBufferPointer(destination)
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<byteCount]))
                    initialized += count
                }
            }
            return byteCount
        }
    }
}

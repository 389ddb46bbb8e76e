internal import Hardware
internal import Vocabulary

extension NumberArray {
    /// `count` numbers in a block that the account counts until they are let go, written by `compute`.
    ///
    /// - Throws: `DistanceError.memory` where the account refuses; what `compute` throws.
    static func counted(
        _ count: Int, memory: MemoryAccount,
        _ compute: (SharedBuffer<Number>) throws(DistanceError) -> Void
    ) throws(DistanceError) -> NumberArray {
        let room: CountedRoom
        do {
            room = try CountedRoom(byteCount: count * MemoryLayout<Number>.stride, memory: memory)
        } catch {
            throw .memory(error)
        }
        let base = room.base.bindMemory(to: Number.self, capacity: count)
        if count > 0 { try compute(SharedBuffer(base)) }
        return NumberArray(UnsafeBufferPointer(start: base, count: count), owner: room)
    }
}

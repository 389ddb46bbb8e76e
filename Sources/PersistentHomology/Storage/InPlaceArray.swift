/// A fixed number of values that cannot be copied, used in place through pointers: no reference
/// counts, no access checks.
///
/// Sendable because a value is used by one worker only.
final class InPlaceArray<Value: ~Copyable>: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Value>
    let count: Int

    init<Failure>(count: Int, _ make: (Int) throws(Failure) -> Value) throws(Failure) {
        base = .allocate(capacity: count)
        self.count = count
        var made = 0
        do throws(Failure) {
            while made < count {
                (base + made).initialize(to: try make(made))
                made += 1
            }
        } catch {
            base.deinitialize(count: made)
            base.deallocate()
            throw error
        }
    }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    @inline(__always)
    subscript(index: Int) -> UnsafeMutablePointer<Value> { base + index }
}

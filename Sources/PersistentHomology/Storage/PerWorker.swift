/// A value for each worker of a team, in place: no copies, no reference counts, no access checks.
///
/// Sendable because each value is used by its own worker only.
final class PerWorker<Value: ~Copyable>: @unchecked Sendable {
    private let base: UnsafeMutablePointer<Value>
    let count: Int

    init(count: Int, _ make: (Int) throws(HomologyError) -> Value) throws(HomologyError) {
        base = .allocate(capacity: count)
        self.count = count
        var made = 0
        do throws(HomologyError) {
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
    func of(_ worker: Int) -> UnsafeMutablePointer<Value> { base + worker }
}

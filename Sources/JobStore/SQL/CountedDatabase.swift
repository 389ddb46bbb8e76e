import Synchronization

/// Another database, and how often it failed.
final class CountedDatabase: SQLDatabase {
    private let base: any SQLDatabase
    private let failures = Atomic<Int>(0)

    init(_ base: any SQLDatabase) { self.base = base }

    /// Calls that failed since the start.
    var failureCount: Int { failures.load(ordering: .relaxed) }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do throws(StoreError) { return try await base.write(body) } catch { throw counted(error) }
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws(StoreError) -> Value {
        do throws(StoreError) { return try await base.read(body) } catch { throw counted(error) }
    }

    func close() throws(StoreError) { try base.close() }

    private func counted(_ error: StoreError) -> StoreError {
        failures.add(1, ordering: .relaxed)
        return error
    }
}

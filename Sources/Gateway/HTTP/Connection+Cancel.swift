/// Nobody waits for the answer any more.
struct ClientLeft: Error {}

/// Runs `body` in a task of its own, which is cancelled when the client of `connection` goes away.
func cancelled<Value: Sendable>(
    with connection: Connection?, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    guard let connection else { return try await body() }
    let task = Task(executorPreference: connection.executor) { try await body() }
    return try await connection.watching {
        task.cancel()
    } _: {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}

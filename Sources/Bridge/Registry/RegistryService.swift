import Logging
import Schemas
import ServiceLifecycle

/// Registers the schemas of the topics. What a registry that is away would have said is asked again later;
/// messages go without its header until then.
struct RegistryService: Service {
    let registry: SchemaRegistry
    let topics: [(schema: MessageSchema, topic: String)]
    let ids: SchemaIDs
    let logger: Logger

    /// - Throws: `RegistryError` for what will not pass: an incompatible schema, a bad request.
    func registerOnce() async throws(RegistryError) {
        for (schema, topic) in topics where ids.header(for: topic) == nil {
            let registered = try await registry.register(schema, topic: topic)
            logger.info("schema registered", metadata: ["topic": "\(topic)", "id": "\(registered.id)"])
            ids.set(registered, for: topic)
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var trouble = Backoff(least: .seconds(1), most: .seconds(60))
            while !Task.isCancelled {
                do throws(RegistryError) {
                    try await registerOnce()
                    break
                } catch {
                    logger.warning(
                        "schemas are not registered; trying again", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: trouble.next())
            }
            // A service that ends would end the others.
            try? await gracefulShutdown()
        }
    }
}

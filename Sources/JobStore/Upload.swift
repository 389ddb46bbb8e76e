public import FoundationEssentials

/// A point cloud that was uploaded. Its bytes lie in a file named by `digest`, which equal uploads share.
public struct Upload: Sendable, Hashable {
    public var id: String
    /// What the client calls it; never part of a path.
    public var name: String
    public var description: String?
    /// `csv`, `json`, `npy` or `txt`.
    public var format: String
    public var dimension: Int
    public var pointCount: Int
    public var byteCount: Int
    /// SHA-256 of its bytes, in hexadecimal digits.
    public var digest: String
    public var createdAt: Date

    public init(
        id: String, name: String, description: String?, format: String, dimension: Int, pointCount: Int,
        byteCount: Int, digest: String, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.format = format
        self.dimension = dimension
        self.pointCount = pointCount
        self.byteCount = byteCount
        self.digest = digest
        self.createdAt = createdAt
    }
}

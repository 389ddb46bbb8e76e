/// The connected components of a lune, a vertex for each.
struct LuneComponents {
    /// A vertex of the first component, nil when the lune is empty.
    var first: UInt32?
    /// The smallest vertex of each other component.
    private(set) var others: [UInt32] = []

    mutating func removeAll() {
        first = nil
        others.removeAll(keepingCapacity: true)
    }

    mutating func append(_ smallest: UInt32) { others.append(smallest) }
}

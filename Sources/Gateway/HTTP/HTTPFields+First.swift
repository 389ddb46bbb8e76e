import HTTPTypes

extension HTTPFields {
    /// The first field of this name: for those that stand once, and are read in every request. The subscript by a name
    /// joins all that there are, which takes several times as long.
    func first(_ name: HTTPField.Name) -> String? { self[fields: name].first?.value }
}

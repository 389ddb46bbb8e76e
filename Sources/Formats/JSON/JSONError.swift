/// The kinds of JSON values, as error messages name them.
package enum JSONKind: String, Sendable {
    case object = "an object"
    case array = "an array"
    case string = "a string"
    case number = "a number"
    case bool = "true or false"
    case null = "null"
}

/// What is wrong with a JSON text.
package enum JSONError: Error {
    /// Not JSON; `at` is the offset of the first byte that does not fit.
    case malformed(String, at: Int)
    case wrongKind(place: String, found: JSONKind, wanted: JSONKind)
    case notFinite(place: String)
    case notAnInteger(place: String, text: String)
    /// A member that the object does not have.
    case unknownMember(place: String)
}

/// Memory that the workers of a team write side by side.
///
/// `@unchecked Sendable`: whoever uses it gives each worker a part of its own, or writes nothing.
struct SharedBuffer<Element>: @unchecked Sendable {
    let base: UnsafeMutablePointer<Element>

    init(_ base: UnsafeMutablePointer<Element>) { self.base = base }
}

/// Sets of numbers 0 ..< count, joined two at a time; over memory of the caller's.
struct DisjointSets {
    let parent: UnsafeMutablePointer<Int32>

    /// Every number by itself.
    func separate(_ count: Int) {
        for index in 0..<count { parent[index] = Int32(truncatingIfNeeded: index) }
    }

    /// The set that `member` is in, named by one of its members.
    @inline(__always)
    func root(of member: Int32) -> Int32 {
        var here = Int(member)
        while true {
            let up = Int(parent[here])
            if up == here { return Int32(truncatingIfNeeded: here) }
            let next = parent[up]
            parent[here] = next
            here = Int(next)
        }
    }
}

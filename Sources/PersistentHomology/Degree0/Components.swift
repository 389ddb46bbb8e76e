import Hardware
import Vocabulary

/// The components of a growing graph (union–find); the root of each is its oldest vertex.
struct Components {
    let parents: Storage<UInt32>
    /// How many there are.
    private(set) var count: Int
    /// By vertex; nil where all are born at 0.
    private let births: [Double]?
    /// The labels of each component, at its root; nil where nobody wants them.
    private var lists: [[Int32]]?

    /// - Parameter listed: whether the vertices of a component will be asked for.
    init<Graph: RankedGraph>(
        of graph: Graph, births: Scalars?, listed: Bool, memory: MemoryAccount
    ) throws(HomologyError) {
        count = graph.vertexCount
        parents = try Storage(count: count, memory: memory)
        let vertices = 0..<UInt32(count)
        for v in vertices { parents.base[Int(v)] = v }
        self.births = births.map { births in vertices.map { births[Int(graph.label(of: $0))] + 0 } }
        lists = listed ? vertices.map { [Int32(bitPattern: graph.label(of: $0))] } : nil
    }

    func birth(_ v: UInt32) -> Double { births?[Int(v)] ?? 0 }

    /// The labels of the component whose root is `root`, nil where they are not kept.
    func members(of root: UInt32) -> [Int32]? { lists?[Int(root)] }

    var roots: some Sequence<UInt32> {
        (0..<UInt32(parents.count)).lazy.filter { parents.base[Int($0)] == $0 }
    }

    /// Joins the components of the two ends. Returns the root of the younger one, nil where they are one.
    mutating func join(_ ends: (UInt32, UInt32)) -> UInt32? {
        var (elder, younger) = (root(ends.0), root(ends.1))
        if elder == younger { return nil }
        if seniority(younger) < seniority(elder) { swap(&elder, &younger) }
        parents.base[Int(younger)] = elder
        count -= 1
        return younger
    }

    /// Equal births: the larger component counts as the elder where lists are kept, so that they are not
    /// long in all; then the smaller vertex, so that ties are settled.
    private func seniority(_ v: UInt32) -> (Double, Int, UInt32) {
        (birth(v), -(lists?[Int(v)].count ?? 0), v)
    }

    /// Hands the list of a component that has been joined over to its elder.
    mutating func letGo(_ younger: UInt32) {
        guard let moved = lists?[Int(younger)] else { return }
        lists?[Int(younger)] = []
        lists?[Int(parents.base[Int(younger)])] += moved
    }

    /// Makes every vertex point to its root.
    func flatten() {
        for v in 0..<UInt32(parents.count) { parents.base[Int(v)] = root(v) }
    }

    /// The root of `v`, halving the path on the way.
    private func root(_ v: UInt32) -> UInt32 {
        let parents = parents.base
        var v = v
        while parents[Int(v)] != v {
            let grandparent = parents[Int(parents[Int(v)])]
            parents[Int(v)] = grandparent
            v = grandparent
        }
        return v
    }
}

import Synchronization

/// What the columns of the dimensions from 2 on took together, counted as they are reduced: for a forecast.
package final class ReductionEffort: Sendable {
    private let columnsCount = Atomic<Int>(0)
    private let termsCount = Atomic<Int>(0)
    private let emissionsCount = Atomic<Int>(0)

    var columns: Int { columnsCount.load(ordering: .relaxed) }
    /// Stored with the reduced columns.
    var terms: Int { termsCount.load(ordering: .relaxed) }
    /// Simplices whose cofacets were looked for.
    var emissions: Int { emissionsCount.load(ordering: .relaxed) }

    func perColumn(_ count: Int) -> Double { Double(count) / Double(max(columns, 1)) }

    func add(columns: Int, terms: Int, emissions: Int) {
        columnsCount.add(columns, ordering: .relaxed)
        termsCount.add(terms, ordering: .relaxed)
        emissionsCount.add(emissions, ordering: .relaxed)
    }
}

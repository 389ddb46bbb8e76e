import NIOCore
import Vocabulary

extension JSONText {
    /// The contract's `results` object.
    mutating func results(_ result: ComputeResult, cached: Bool) {
        object("results") { json in
            json.array("persistence_pairs") { json in
                for pair in result.barcode.pairs {
                    json.object { json in
                        json.member("dimension", pair.dimension)
                        json.member("birth", pair.birth)
                        json.member("death", pair.death)
                        json.member("persistence", pair.persistence)
                    }
                }
            }
            json.object("betti_numbers") { json in
                for (dimension, count) in result.barcode.bettiNumbers.enumerated() {
                    json.member("beta_\(dimension)", count)
                }
            }
            json.object("statistics") { json in
                let statistics = result.statistics
                json.member("computation_time_ms", statistics.computeSeconds * 1000)
                json.member("memory_peak_mb", Double(statistics.peakMemory) / 1_048_576)
                json.member("num_points", statistics.pointCount)
                json.member("num_edges", statistics.edgeCount)
                json.member("num_threads", statistics.threadCount)
                json.member("backend", statistics.backend)
                json.object("phases") { json in
                    for phase in statistics.phases { json.member(phase.name, phase.seconds * 1000) }
                }
            }
            json.member("cached", cached)
        }
    }
}

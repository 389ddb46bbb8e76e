import Formats
import Vocabulary

extension HardwareDescription {
    /// The cores as a tree: packages, the caches that cores share with the memory near them, cores.
    var topologyLines: [String] {
        let packages = Set(cores.map(\.package)).sorted()
        return packages.flatMap { package -> [String] in
            let here = cores.filter { $0.package == package }
            let domains = Set(here.map(\.cacheDomain)).sorted()
            return ["package \(package)"]
                + domains.enumerated().flatMap { place, domain in
                    let isLast = place == domains.count - 1
                    return [
                        (isLast ? "└─ " : "├─ ") + name(ofDomain: domain, in: here),
                        (isLast ? "   " : "│  ") + "└─ " + processors(ofDomain: domain, in: here),
                    ]
                }
        }
    }

    private func name(ofDomain domain: Int, in cores: [Core]) -> String {
        let size = cacheDomains.indices.contains(domain) ? cacheDomains[domain] : 0
        let cache = size > 0 ? "\(Quantity.bytes(size)) of cache" : "no shared cache"
        let node = cores.first { $0.cacheDomain == domain }?.memoryNode
        guard let node, memoryNodes.indices.contains(node) else { return cache + ", no memory near" }
        return cache + ", memory \(node) of \(Quantity.bytes(memoryNodes[node]))"
    }

    /// The numbers of the cores' hardware threads, those of one core joined by `+`.
    private func processors(ofDomain domain: Int, in cores: [Core]) -> String {
        let here = cores.filter { $0.cacheDomain == domain }
        return (here.count == 1 ? "core " : "cores ")
            + here.map { $0.processors.map(String.init).joined(separator: "+") }.joined(separator: " ")
    }

    /// What each way of computing took, a table with a column for each dimension; empty where nothing is
    /// known.
    var rateTable: String {
        let work: [(MeasuredRate.Work, String, Double)] = [
            (.distances, "ns a distance, dimension", 1e9), (.edges, "ns an edge, points", 1e9),
        ]
        return work.map { work, unit, scale in
            let rates = rates.filter { $0.work == work }
            guard !rates.isEmpty else { return "" }
            let dimensions = Set(rates.map(\.dimension)).sorted()
            var backends: [String] = []
            for rate in rates where !backends.contains(rate.backend) { backends.append(rate.backend) }
            let heading = [unit] + dimensions.map { "\($0)" }
            let rows = backends.map { backend in
                [backend]
                    + dimensions.map { dimension in
                        let rate = rates.first { $0.backend == backend && $0.dimension == dimension }
                        return rate.map { Quantity.threeDigits($0.seconds * scale) } ?? "–"
                    }
            }
            return "\n" + Report.table([heading] + rows)
        }.joined()
    }
}

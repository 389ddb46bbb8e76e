public import Vocabulary

/// A compute or estimate as its control message tells it: everything but the numbers.
public struct ComputeHead: Sendable {
    public let shape: InputShape
    public let options: ComplexOptions
    public let threads: Int?
    public let timeout: Duration?
    public let progressInterval: Duration?
    public let traceParent: TraceParent?

    /// The input, once its arrays are there. Looks at every number.
    public func input(arrays: [WireArray]) throws(InvalidInput) -> ComputeInput {
        try shape.input(from: arrays)
    }
}

extension ComputeHead {
    /// - Throws: a `Failure` when the message does not describe a computation, or other arrays than
    ///   the `arrayLength` bytes that follow it.
    init(_ message: ProtoCompute, arrayLength: Int) throws(Failure) {
        do {
            shape = try message.input.shape()
            guard shape.byteCount == arrayLength else {
                throw InvalidInput.wrongCount(
                    "bytes of the arrays", found: arrayLength, expected: shape.byteCount)
            }
            switch message.complex {
            case .vietorisRips(let rips): options = .vietorisRips(try rips.options())
            case .alphaComplex(let alpha): options = .alpha(try alpha.options())
            case nil:
                throw Failure(
                    .unsupported,
                    "this daemon computes Vietoris–Rips and alpha complexes; the request names neither")
            }
            guard !message.hasThreads || message.threads > 0 else {
                throw InvalidInput.badParameter("threads", reason: "0 threads compute nothing, leave it out")
            }
        } catch let failure as Failure {
            throw failure
        } catch let error as InvalidInput {
            throw Failure(error)
        } catch {
            throw Failure(.internal, "\(error)")
        }
        traceParent = message.traceparent.isEmpty ? nil : TraceParent(message.traceparent)
        threads = message.hasThreads ? Int(message.threads) : nil
        timeout = message.hasTimeoutMs ? Duration(milliseconds: message.timeoutMs) : nil
        progressInterval =
            message.hasProgressIntervalMs
            ? Duration(milliseconds: UInt64(max(message.progressIntervalMs, 10))) : nil
    }
}

extension ProtoCompute {
    init(_ request: ComputeRequest, progressInterval: Duration?) {
        input = ProtoInput(request.input.shape)
        complex =
            switch request.options {
            case .vietorisRips(let options): .vietorisRips(ProtoVietorisRips(options))
            case .alpha(let options): .alphaComplex(ProtoAlphaComplex(options))
            }
        if let threads = request.threads { self.threads = UInt32(count: threads) }
        if let timeout = request.timeout { timeoutMs = timeout.wholeMilliseconds }
        if let traceParent = request.traceParent { traceparent = traceParent.text }
        if let progressInterval { progressIntervalMs = UInt32(clamping: progressInterval.wholeMilliseconds) }
    }
}

extension ProtoVietorisRips {
    init(_ options: VietorisRipsOptions) {
        maxDimension = UInt32(count: options.maxDimension)
        if let length = options.maxEdgeLength { maxEdgeLength = length }
        metric = options.metric.name
        if case .minkowski(let exponent) = options.metric { p = exponent }
        field = UInt32(options.field.modulus)
        precision = ProtoPrecision(options.precision)
        representatives = options.representatives
        if let weighting = options.weighting { self.weighting = ProtoWeighting(weighting) }
        if let subsample = options.subsample { self.subsample = UInt64(count: subsample) }
    }

    func options() throws(InvalidInput) -> VietorisRipsOptions {
        try VietorisRipsOptions(
            maxDimension: Int(maxDimension), maxEdgeLength: hasMaxEdgeLength ? maxEdgeLength : nil,
            metric: Metric(name: metric.isEmpty ? "euclidean" : metric, p: hasP ? p : nil),
            field: field == 0 ? .z2 : CoefficientField(modulus: Int(field)),
            precision: precision.precision(of: "precision"), representatives: representatives,
            weighting: hasWeighting ? weighting.weighting() : nil,
            subsample: subsample == 0 ? nil : Int(clamping: subsample))
    }
}

extension ProtoWeighting {
    init(_ weighting: Weighting) {
        p =
            switch weighting.exponent {
            case .one: 1
            case .two: 2
            case .infinity: .infinity
            }
        if case .distanceToMeasure(let neighbours, let r) = weighting.weights {
            distanceToMeasure.neighbours = UInt32(count: neighbours)
            distanceToMeasure.r = r
        }
    }

    func weighting() throws(InvalidInput) -> Weighting {
        let weights: Weighting.Weights =
            if hasDistanceToMeasure {
                .distanceToMeasure(
                    neighbours: distanceToMeasure.neighbours == 0
                        ? Weighting.defaultNeighbours : Int(distanceToMeasure.neighbours),
                    r: distanceToMeasure.r == 0 ? Weighting.defaultR : distanceToMeasure.r)
            } else {
                .given
            }
        return try Weighting(weights, exponent: p == 0 ? .one : Weighting.Exponent(p))
    }
}

extension ProtoAlphaComplex {
    init(_ options: AlphaComplexOptions) {
        if let dimension = options.maxDimension { maxDimension = UInt32(count: dimension) }
        if options.maxAlphaValue < .infinity { maxAlphaValue = options.maxAlphaValue }
        field = UInt32(options.field.modulus)
        representatives = options.representatives
    }

    func options() throws(InvalidInput) -> AlphaComplexOptions {
        try AlphaComplexOptions(
            maxDimension: hasMaxDimension ? Int(maxDimension) : nil,
            maxAlphaValue: hasMaxAlphaValue ? maxAlphaValue : .infinity,
            field: field == 0 ? .z2 : CoefficientField(modulus: Int(field)),
            representatives: representatives)
    }
}

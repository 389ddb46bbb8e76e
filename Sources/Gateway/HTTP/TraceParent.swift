import HTTPTypes
import Hummingbird
import Vocabulary

extension Request {
    /// The trace that the request came with, where its header is well formed.
    var traceParent: TraceParent? { headers.first(.traceParent).flatMap(TraceParent.init) }
}

extension HTTPField.Name {
    fileprivate static let traceParent = HTTPField.Name("traceparent")!
}

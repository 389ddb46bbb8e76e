import Formats
import Messages

extension [MessageHeader] {
    /// As the outbox keeps them: a JSON object.
    var json: String {
        var json = JSONText(capacity: 384)
        json.object { json in
            for header in self { json.member(header.name, header.value) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    init(json: String) throws(StoreError) {
        self = []
        var json = json
        let read: Result<[MessageHeader], JSONError> = json.withUTF8 { bytes in
            var reader = JSONReader(UnsafeRawBufferPointer(bytes))
            var headers: [MessageHeader] = []
            do throws(JSONError) {
                try reader.object(at: "headers") { (name, reader) throws(JSONError) in
                    headers.append(MessageHeader(name, try reader.string(at: name)))
                }
                return .success(headers)
            } catch {
                return .failure(error)
            }
        }
        guard case .success(let headers) = read else { throw .broken("headers in the outbox: \(json)") }
        self = headers
    }
}

import Formats

/// What a client says of its upload: the form's `metadata`, and the file's own name.
struct UploadMetadata: Sendable {
    var name: String?
    var description: String?
    var dimension: Int?
    var format: String?

    /// Reads the JSON text of the form's `metadata`.
    mutating func read(_ text: UnsafeRawBufferPointer) throws(Problem) {
        var reader = JSONReader(text)
        do throws(JSONError) {
            try reader.object(at: "metadata") { (key, reader) throws(JSONError) in
                if try reader.acceptNull() { return }
                let place = "metadata.\(key)"
                switch key {
                case "name": name = try reader.string(at: place)
                case "description": description = try reader.string(at: place)
                case "dimension": dimension = try reader.integer(at: place)
                case "format": format = try reader.string(at: place)
                default: try reader.skip()
                }
            }
            try reader.end()
        } catch {
            throw Problem(error, in: reader, of: "metadata")
        }
    }

    /// Takes from the file's name what the metadata does not say.
    mutating func complete(fromFileName fileName: String?) {
        guard let fileName, !fileName.isEmpty else { return }
        name = name ?? fileName
        if format == nil, let dot = fileName.lastIndex(of: ".") {
            format = fileName[fileName.index(after: dot)...].lowercased()
        }
    }

    func checkedFormat() throws(Problem) -> PointsFormat {
        let names = PointsFormat.allCases.map(\.rawValue).joined(separator: ", ")
        guard let format else {
            throw .badUpload(
                "metadata.format is missing, and the file's name does not end in one of \(names)")
        }
        guard let known = PointsFormat(rawValue: format) else {
            throw .badUpload("metadata.format: unknown format \"\(format.prefix(32))\"; known: \(names)")
        }
        return known
    }
}

import CLibpq
import FoundationEssentials

/// The answer to one statement, in binary.
struct PostgresResult: ~Copyable {
    private let handle: OpaquePointer?

    /// - Parameter handle: libpq's, which may be nil when memory ran out.
    init(_ handle: OpaquePointer?) { self.handle = handle }

    deinit { PQclear(handle) }

    var isGood: Bool {
        let status = PQresultStatus(handle)
        return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
    }

    /// The five characters by which PostgreSQL names an error.
    var sqlState: String {
        let code = CInt(UInt8(ascii: "C"))  // PG_DIAG_SQLSTATE
        return PQresultErrorField(handle, code).map { String(cString: $0) } ?? ""
    }

    var changedRows: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    func rows() throws(PostgresError) -> [SQLRow] {
        var rows: [SQLRow] = []
        for row in 0..<PQntuples(handle) {
            var values: [SQLValue] = []
            for column in 0..<PQnfields(handle) { values.append(try value(row, column)) }
            rows.append(SQLRow(values: values))
        }
        return rows
    }

    private func value(_ row: CInt, _ column: CInt) throws(PostgresError) -> SQLValue {
        if PQgetisnull(handle, row, column) == 1 { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
        let type = PQftype(handle, column)
        switch (PostgresType(rawValue: type), bytes.count) {
        case (.bigint, 8): return .integer(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case (.integer, 4): return .integer(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
        case (.double, 8):
            return .real(Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))))
        case (.moment, 8):
            let microseconds = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            return .moment(Date(microseconds: microseconds &+ PostgresType.epoch))
        case (.text, _), (.varchar, _): return .text(String(decoding: bytes, as: UTF8.self))
        case (.bytes, _): return .bytes(Data(bytes))
        default: throw .failed(.broken("a column has the type \(type)"))
        }
    }
}

/// PostgreSQL's own types that the tables are made of, by their object ids.
enum PostgresType: Oid {
    case bytes = 17
    case bigint = 20
    case integer = 23
    case text = 25
    case double = 701
    case varchar = 1043
    case moment = 1184

    /// Its moments count from 2000: microseconds since 1970.
    static let epoch: Int64 = 946_684_800_000_000
}

/// The values of a statement's parameters as they are sent, end to end.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    /// Where each begins and ends; nil for NULL.
    private var ranges: [Range<Int>?] = []

    init(_ values: [SQLValue]) {
        for value in values {
            let start = bytes.count
            switch value {
            case .null:
                ranges.append(nil)
                continue
            case .integer(let integer): append(integer)
            case .real(let real): append(Int64(bitPattern: real.bitPattern))
            case .text(let text): append(text)
            case .bytes(let data): bytes += data
            case .moment(let moment): append(moment.microseconds - PostgresType.epoch)
            }
            ranges.append(start..<bytes.count)
        }
        // So that even an empty last value has an address.
        bytes.append(0)
    }

    private mutating func append(_ integer: Int64) {
        withUnsafeBytes(of: integer.bigEndian) { bytes += $0 }
    }

    /// PostgreSQL keeps no U+0000; the replacement character stands for it.
    private mutating func append(_ text: String) {
        guard text.utf8.contains(0) else {
            bytes += text.utf8
            return
        }
        for scalar in text.unicodeScalars { bytes += (scalar == "\0" ? "\u{FFFD}" : scalar).utf8 }
    }

    /// Calls `body` with what libpq wants: addresses, lengths, formats.
    func withPointers(
        _ body: ([UnsafePointer<CChar>?], [CInt], [CInt]) -> OpaquePointer?
    ) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                let pointers = ranges.map { range in
                    range.flatMap { range in characters.baseAddress.map { $0 + range.lowerBound } }
                }
                let lengths = ranges.map { CInt($0?.count ?? 0) }
                return body(pointers, lengths, [CInt](repeating: PostgresFormat.binary, count: ranges.count))
            }
        }
    }
}

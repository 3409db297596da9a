import FoundationEssentials
import Testing

/// CSV read by the letter of RFC 4180, so that the writer is not its own judge.
struct ParsedCSV {
    private(set) var rows: [[String]] = []

    init(_ data: Data) throws {
        var row: [String] = []
        var cell: [UInt8] = []
        var bytes = Array(data)[...]
        func text() throws -> String { try #require(String(validating: cell, as: UTF8.self)) }
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                try #require(cell.isEmpty, "a quote inside a cell that did not begin with one")
                cell = try Self.quoted(&bytes)
                try #require(bytes.first == UInt8(ascii: ",") || bytes.first == UInt8(ascii: "\n"))
            case UInt8(ascii: ","):
                row.append(try text())
                cell = []
            case UInt8(ascii: "\n"):
                rows.append(row + [try text()])
                row = []
                cell = []
            case UInt8(ascii: "\r"): Issue.record("a carriage return outside quotes")
            default: cell.append(byte)
            }
        }
        try #require(row.isEmpty && cell.isEmpty, "the last row has no end")
    }

    /// The cell after its opening quote, up to the closing one.
    private static func quoted(_ bytes: inout ArraySlice<UInt8>) throws -> [UInt8] {
        var cell: [UInt8] = []
        while true {
            let next = bytes.popFirst()
            let byte = try #require(next, "a quote without end")
            guard byte == UInt8(ascii: "\"") else {
                cell.append(byte)
                continue
            }
            guard bytes.first == UInt8(ascii: "\"") else { return cell }
            bytes.removeFirst()
            cell.append(byte)
        }
    }
}

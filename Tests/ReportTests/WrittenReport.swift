import Crypto
import FoundationEssentials
import TestSupport
import Testing

/// A report as its reader finds it.
struct WrittenReport {
    let path: String
    /// Keeps the folder for as long as the report is looked at.
    let folder: TemporaryDirectory

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path + "/" + name)) }

    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

    /// The rows of a table below its header, each by column name.
    func table(_ name: String) throws -> [[String: String]] {
        let rows = try ParsedCSV(bytes(name)).rows
        let header = try #require(rows.first)
        return try rows.dropFirst().map { row in
            try #require(row.count == header.count)
            return Dictionary(uniqueKeysWithValues: zip(header, row))
        }
    }

    func json() throws -> JSONValue { try JSONDecoder().decode(JSONValue.self, from: bytes("report.json")) }

    func names() throws -> Set<String> { Set(try FileManager.default.contentsOfDirectory(atPath: path)) }

    func digest(_ name: String) throws -> String {
        SHA256.hash(data: try bytes(name)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

import FoundationEssentials
import TestSupport

@testable import Mapping

/// A mapping made up from a seed: well-formed at first, then damaged in the places where readers go wrong.
struct FuzzedMapping: CustomStringConvertible {
    let seed: UInt64
    let format: MappingFormat
    private(set) var options = MappingOptions()
    /// What divides the fields of a CSV file, before any damage.
    private(set) var delimiter = Delimiter.comma
    private(set) var bytes: [UInt8] = []
    /// What is random beyond the bytes, such as the size of a chunk.
    private(set) var random: SeededGenerator

    /// At most `damages` places are damaged; none leaves a well-formed mapping.
    init(seed: UInt64, format: MappingFormat? = nil, damages: Int = 4) {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        let drawn = MappingFormat.allCases.randomElement(using: &random) ?? .csv
        self.format = format ?? drawn
        self.random = random
        if self.random.chance(1, of: 4) { bytes += FileSignature.byteOrderMark }
        switch self.format {
        case .csv: writeCSV()
        case .jsonl: writeJSONLines()
        }
        guard damages > 0 else { return }
        for _ in 0..<Int.random(in: 0...damages, using: &self.random) {
            damage(&bytes, using: &self.random)
        }
    }

    var fileName: String { "seed-\(seed).\(format.rawValue)" }

    var description: String {
        let delimiter = options.delimiter.map { ", --delimiter \($0.rawValue)" } ?? ""
        let shown = bytes.prefix(4096).map { String(UnicodeScalar($0).escaped(asASCII: true)) }.joined()
        return "\(fileName)\(delimiter), \(bytes.count) bytes: \"\(shown)\"\(bytes.count > 4096 ? "…" : "")"
    }

    private mutating func writeCSV() {
        delimiter = Delimiter.allCases.randomElement(using: &random) ?? .comma
        if random.chance(1, of: 3) { options.delimiter = delimiter }
        let pick = Pieces.headers.randomElement(using: &random) ?? []
        let header = pick.shuffled(using: &random)
        let lineEnd = Pieces.lineEnds.randomElement(using: &random) ?? []
        let records = Int.random(in: 0...6, using: &random)
        for index in 0...records {
            if random.chance(1, of: 8) { bytes += [UInt8](repeating: .space, count: index % 3) + lineEnd }
            for (column, name) in header.enumerated() {
                if column > 0 { bytes.append(delimiter.byte) }
                let text = index == 0 ? Array(name.utf8) : Pieces.field(name, using: &random)
                bytes += quoted(text, delimiter)
            }
            if index < records || random.chance(3, of: 4) { bytes += lineEnd }
        }
    }

    /// The text as a field: in quotes if it has to be, and at times without need.
    private mutating func quoted(_ text: [UInt8], _ delimiter: Delimiter) -> [UInt8] {
        let special: Set<UInt8> = [.quote, .lineFeed, .carriageReturn, delimiter.byte]
        guard text.contains(where: special.contains) || random.chance(1, of: 5) else { return text }
        return [.quote] + text.flatMap { $0 == .quote ? [.quote, .quote] : [$0] } + [.quote]
    }

    private mutating func writeJSONLines() {
        let lineEnd = Pieces.lineEnds.randomElement(using: &random) ?? []
        let lines = Int.random(in: 1...6, using: &random)
        for index in 1...lines {
            let names = Pieces.headers.randomElement(using: &random) ?? []
            let gap = random.chance(1, of: 4) ? " " : ""
            let members = names.shuffled(using: &random).map { name in
                "\(Pieces.jsonString(Array(name.utf8), using: &random))\(gap):\(gap)\(Pieces.jsonValue(name, using: &random))"
            }
            bytes += Array("{\(gap)\(members.joined(separator: ",\(gap)"))}".utf8)
            if index < lines || random.chance(3, of: 4) { bytes += lineEnd }
        }
    }
}

extension SeededGenerator {
    mutating func chance(_ share: Int, of whole: Int) -> Bool {
        Int.random(in: 0..<whole, using: &self) < share
    }
}

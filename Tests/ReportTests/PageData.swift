import FoundationEssentials
import Testing

/// The data in `report.html` as its script sees them.
struct PageData: Decodable {
    struct Word: Decodable {
        var code: String
        var kind: String?
        var explanation: String?
    }

    struct Row: Decodable {
        var line: Int
        var outcome: Int
        var reason: Int
        var room: String
        var old: String
        var new: String
        var operations: Int
        var moved: Int
        var detail: String?

        init(from decoder: any Decoder) throws {
            var cells = try decoder.unkeyedContainer()
            line = try cells.decode(Int.self)
            outcome = try cells.decode(Int.self)
            reason = try cells.decode(Int.self)
            room = try cells.decode(String.self)
            old = try cells.decode(String.self)
            new = try cells.decode(String.self)
            operations = try cells.decode(Int.self)
            moved = try cells.decode(Int.self)
            detail = cells.isAtEnd ? nil : try cells.decode(String.self)
        }
    }

    var moved: String
    var outcomes: [Word]
    var reasons: [Word]
    var rows: [Row]

    func explanation(_ row: Row) -> String? { row.reason < 0 ? "" : reasons[row.reason].explanation }
}

extension WrittenReport {
    func pageData() throws -> PageData {
        let page = try text("report.html")
        let start = try #require(page.firstRange(of: "<script type=\"application/json\" id=\"data\">")).upperBound
        let end = try #require(page[start...].firstRange(of: "</script>")).lowerBound
        return try JSONDecoder().decode(PageData.self, from: Data(page[start..<end].utf8))
    }
}

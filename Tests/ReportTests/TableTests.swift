import Journal
import Model
import Report
import Testing

@Suite struct `The tables of a report` {
    /// Every outcome that a room line can have.
    static func mixedJob() async throws -> FinishedJob {
        try await FinishedJob(
            .mapping(
                "R1 A B", "R2 A B", "R3 A B", "R4 A B", "R5 A B", "R6 A B", "R7 A B", "R8 A B", "R9 A B", "R1 A B",
                "X A A", "Y A B", "Y A C") + [
                    MappingLine(
                        number: 20, oldVisitor: "", newVisitor: "B", room: "Z",
                        rejection: Rejection(.missingOld, "the old visitor is empty"))
                ],
            ends: [
                Ending(.moved, puts: 2), Ending(.already, .alreadyAtNew, puts: 0),
                Ending(.conflict, .movedByOther, foundVisitor: "C", wasOpen: false), Ending(.refused, .roomNotFound),
                Ending(.deferred, .openRoom, wasOpen: true, puts: 0), Ending(.failed, .timeout, puts: 6),
                Ending(.unknown, .gatewayError), Ending(.sent, puts: 0),
            ])
    }

    @Test func `hold every line once, in file order, with its outcome`() async throws {
        let report = try await Self.mixedJob().writeReport()
        let lines = try report.table("lines.csv")

        #expect(lines.map { $0["line"] } == (2...14).map(String.init) + ["20"])
        #expect(
            lines.map { $0["outcome"] } == [
                "merged", "already", "conflict", "refused", "deferred", "failed", "unknown", "pending", "pending",
                "duplicate", "noop", "rejected", "rejected", "rejected",
            ])
        #expect(
            lines.map { $0["reason"] } == [
                "", "already-at-new", "moved-by-other", "room-not-found", "open-room", "timeout", "gateway-error",
                "in-doubt", "not-sent-yet", "duplicate", "noop", "conflict", "conflict", "missing-old",
            ])
        #expect(lines.map { $0["operations"] } == Array(repeating: "1", count: 9) + Array(repeating: "0", count: 5))
        #expect(lines.map { $0["moved"] } == ["1"] + Array(repeating: "0", count: 13))
    }

    @Test func `tell a person what is behind an outcome`() async throws {
        let report = try await Self.mixedJob().writeReport()
        let details = Dictionary(
            uniqueKeysWithValues: try report.table("lines.csv").map { ($0["line"] ?? "", $0["detail"] ?? "") })

        #expect(details["4"]?.contains("C") == true, "the visitor it was found with")
        #expect(details["11"]?.contains("line 2") == true)
        #expect(details["11"]?.contains("merged") == true, "the outcome of the line it repeats")
        #expect(details["13"]?.hasSuffix("on line 14") == true)
        #expect(details["14"]?.hasSuffix("on line 13") == true)
        #expect(details["20"] == "the old visitor is empty")
    }

    @Test func `have the columns of the contract`() async throws {
        let report = try await Self.mixedJob().writeReport()

        #expect(
            try ParsedCSV(report.bytes("lines.csv")).rows.first == [
                "line", "old_visitor_id", "new_visitor_id", "room_id", "outcome", "reason", "operations", "moved",
                "detail",
            ])
        #expect(
            try ParsedCSV(report.bytes("operations.csv")).rows.first == [
                "room_id", "old_visitor_id", "new_visitor_id", "line", "state", "reason", "confirmed_by", "attempts",
                "http_status", "found_visitor_id", "was_open", "settled_at",
            ])
    }

    @Test func `hold every operation once, with all that is known of it`() async throws {
        let operations = try await Self.mixedJob().writeReport().table("operations.csv")

        #expect(operations.map { $0["room_id"] } == (1...9).map { "R\($0)" })
        #expect(
            operations.map { $0["state"] } == [
                "moved", "already", "conflict", "refused", "deferred", "failed", "unknown", "sent", "pending",
            ])
        #expect(operations.map { $0["attempts"] } == ["2", "0", "1", "1", "0", "6", "1", "0", "0"])
        #expect(
            operations[2] == [
                "room_id": "R3", "old_visitor_id": "A", "new_visitor_id": "B", "line": "4", "state": "conflict",
                "reason": "moved-by-other", "confirmed_by": "", "attempts": "1", "http_status": "200",
                "found_visitor_id": "C", "was_open": "false", "settled_at": "2024-05-02T14:47:50.000Z",
            ])
        #expect(operations[0]["confirmed_by"] == "response")
        #expect(operations[4]["was_open"] == "true")
        #expect(operations[8]["settled_at"] == "")
    }

    @Test func `agree with the counts of the journal`() async throws {
        let job = try await Self.mixedJob()
        let reconciliation = try Reconciliation(of: job.journal)
        let report = try job.writeReport()
        let json = try report.json()
        let lines = try report.table("lines.csv")
        let operations = try report.table("operations.csv")

        for outcome in LineOutcome.allCases {
            let rows = lines.count { $0["outcome"] == outcome.rawValue }
            #expect(json["lines", outcome.rawValue] == .integer(rows), "\(outcome)")
            #expect(reconciliation.count(outcome) == rows, "\(outcome)")
        }
        for state in OperationState.allCases {
            let rows = operations.count { $0["state"] == state.rawValue }
            #expect(json["operations", state.rawValue] == .integer(rows), "\(state)")
        }
        for reason in ReasonCode.allCases {
            let rows = lines.count { $0["reason"] == reason.rawValue }
            #expect((json["reasons", reason.rawValue] ?? .integer(0)) == .integer(rows), "\(reason)")
        }
        #expect(json["balance", "lines_in"] == .integer(lines.count))
        #expect(json["balance", "operations"] == .integer(operations.count))
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1", "＋1", "－1", "＠SUM(A1)"])
    func `make formulas harmless, except where the cell is to be read again`(_ text: String) async throws {
        let line = MappingLine(
            number: 2, oldVisitor: text, newVisitor: "B", room: "R", rejection: Rejection(.badID, text))
        let report = try await FinishedJob([line]).writeReport()
        let row = try #require(try report.table("lines.csv").first)
        let unsettled = try #require(try report.table("unsettled.csv").first)

        #expect(row["old_visitor_id"] == "'" + text)
        #expect(row["detail"] == "'" + text)
        #expect(unsettled["old_visitor_id"] == text)
    }

    @Test(arguments: ["=1+1", "-1", "@x"])
    func `make formulas of operations harmless`(_ text: String) async throws {
        let lines = [MappingLine(number: 2, oldVisitor: text, newVisitor: text + "2", room: text)]
        let report = try await FinishedJob(lines, ends: [Ending(.conflict, foundVisitor: text)]).writeReport()
        let row = try #require(try report.table("operations.csv").first)

        for column in ["room_id", "old_visitor_id", "found_visitor_id"] {
            #expect(row[column] == "'" + text)
        }
    }

    @Test(arguments: [
        ("\t=1", "\\u{9}=1"), ("\r\n=1", "\\u{D}\\u{A}=1"), ("a\nb", "a\\u{A}b"), ("a\u{0}b", "a\\u{0}b"),
        ("\u{1B}[2J", "\\u{1B}[2J"), ("a\u{9B}31mb\u{7F}", "a\\u{9B}31mb\\u{7F}"),
        ("a\u{202E}b\u{2066}", "a\\u{202E}b\\u{2066}"), ("a\u{200B}\u{FEFF}\u{3164}b", "a\\u{200B}\\u{FEFF}\\u{3164}b"),
        ("é\u{301}\u{2028}", "é\u{301}\\u{2028}"), ("a\u{A0}b", "a\\u{A0}b"), ("\u{E0041}", "\\u{E0041}"),
    ])
    func `write out what cannot be seen, except where the cell is to be read again`(text: String, shown: String)
        async throws
    {
        let lines = [
            MappingLine(number: 2, oldVisitor: text, newVisitor: text, room: text, rejection: Rejection(.badID, text)),
            MappingLine(number: 3, oldVisitor: "A", newVisitor: "B", room: "R" + text),
        ]
        let report = try await FinishedJob(lines, ends: [Ending(.conflict, foundVisitor: text)]).writeReport()
        let lineRows = try report.table("lines.csv")
        let line = try #require(lineRows.first)
        for column in ["old_visitor_id", "new_visitor_id", "room_id", "detail"] {
            #expect(line[column].map { Array($0.utf8) } == Array(shown.utf8), "\(column)")
        }
        let unsettled = try #require(try report.table("unsettled.csv").first)
        for column in ["old_visitor_id", "new_visitor_id", "room_id"] {
            #expect(unsettled[column].map { Array($0.utf8) } == Array(text.utf8), "\(column)")
        }
        // An id that is used has passed the rules for ids; of what a journal holds of others, a NUL ends the text.
        guard !text.utf8.contains(0) else { return }
        #expect(lineRows.last?["detail"] == "the room is with visitor \(shown)")
        let operation = try #require(try report.table("operations.csv").first)
        #expect(operation["room_id"] == "R" + shown && operation["found_visitor_id"] == shown)
    }

    @Test(arguments: ["a,b", "a\"b", "\"", "a;b", "", "é 👩🏽", "1-1", "a=b"])
    func `keep other cells exactly`(_ text: String) async throws {
        let line = MappingLine(
            number: 2, oldVisitor: text, newVisitor: text, room: text, rejection: Rejection(.badID, "d" + text))
        let report = try await FinishedJob([line]).writeReport()

        for name in ["lines.csv", "unsettled.csv"] {
            let row = try #require(try report.table(name).first)
            for column in ["old_visitor_id", "new_visitor_id", "room_id"] {
                #expect(row[column].map { Array($0.utf8) } == Array(text.utf8), "\(name) \(column)")
            }
        }
    }

    @Test func `list what needs work in the shape of a mapping`() async throws {
        let report = try await Self.mixedJob().writeReport()
        let rows = try ParsedCSV(report.bytes("unsettled.csv")).rows

        #expect(
            rows.first == ["old_visitor_id", "new_visitor_id", "room_id", "line", "reason", "detail", "text"])
        #expect(rows.dropFirst().map { $0[5] }.first == "the room is with visitor C")
        #expect(rows.last.map { Array($0.suffix(2)) } == ["the old visitor is empty", ""])
        #expect(
            rows.dropFirst().map { Array($0.prefix(5)) } == [
                ["A", "B", "R3", "4", "moved-by-other"], ["A", "B", "R4", "5", "room-not-found"],
                ["A", "B", "R5", "6", "open-room"], ["A", "B", "R6", "7", "timeout"],
                ["A", "B", "R7", "8", "gateway-error"], ["A", "B", "R8", "9", "in-doubt"],
                ["A", "B", "R9", "10", "not-sent-yet"], ["A", "B", "Y", "13", "conflict"],
                ["A", "C", "Y", "14", "conflict"], ["", "B", "Z", "20", "missing-old"],
            ])
    }

    @Test func `say of a malformed line what stood there, and give no id that could be taken for one`() async throws {
        let text = "Smith, \"Ann\",A\u{1B}[2J,\n=B"
        let line = MappingLine(malformed: 2, "4 fields instead of 3", text: text)
        // Earlier versions kept what could be read of it.
        let older = MappingLine(
            number: 3, oldVisitor: "Ann", newVisitor: "A", rejection: Rejection(.malformed, "4 fields instead of 3"))
        for kind in [Job.Kind.run, .audit, .undo] {
            let report = try await FinishedJob([line, older], kind: kind).writeReport()
            let rows = try ParsedCSV(report.bytes("unsettled.csv")).rows
            #expect(
                rows.dropFirst() == [
                    ["", "", "", "2", "malformed", "4 fields instead of 3", text],
                    ["", "", "", "3", "malformed", "4 fields instead of 3", ""],
                ])
        }
    }

    @Test func `name the end of a chain of visitors, because the lines that lead there may be settled`() async throws {
        let report = try await FinishedJob(.mapping(" A B", " B C", " C D")).writeReport()
        let rows = try ParsedCSV(report.bytes("unsettled.csv")).rows
        #expect(
            rows.dropFirst().map { Array($0.prefix(4)) } == [
                ["A", "D", "", "2"], ["B", "D", "", "3"], ["C", "D", "", "4"],
            ])
    }

    @Test func `can be planned again from what needs work`() async throws {
        let job = try await Self.mixedJob()
        let unsettled = try job.writeReport().table("unsettled.csv")
        let lines = unsettled.enumerated().map { index, row in
            MappingLine(
                number: index + 2, oldVisitor: row["old_visitor_id"] ?? "", newVisitor: row["new_visitor_id"] ?? "",
                room: row["room_id"] ?? "")
        }
        let again = try await FinishedJob(lines, hasRun: false)

        #expect(try again.journal.planned() == 8, "all but the contradiction")
    }
}

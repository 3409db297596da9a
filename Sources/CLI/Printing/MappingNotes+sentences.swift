import Mapping
import Model

extension MappingNotes {
    /// What the reader noticed, each thing said once, with what to do about it.
    func sentences(about source: MappingSource) -> [String] {
        var sentences: [String] = []
        if !linesBeforeHeader.isEmpty {
            let lines = linesBeforeHeader.map(String.init).joined(separator: ", ")
            sentences.append(
                "The header is line \(headerLine); skipped \(linesBeforeHeader.count == 1 ? "line" : "lines") \(lines) before it."
            )
        }
        if !titles.isEmpty {
            let quoted = titles.map { "“\($0)”" }.joined(separator: ", ")
            sentences.append("What is skipped says \(quoted). A line of the mapping belongs below the header.")
        }
        if !ignoredColumns.isEmpty {
            let names = ignoredColumns.joined(separator: ", ")
            sentences.append("Ignored \(ignoredColumns.count == 1 ? "the column" : "the columns") \(names).")
        }
        if trimmed.count > 0 { sentences.append("Trimmed spaces around ids on \(trimmed.words).") }
        if unwrapped.count > 0 {
            sentences.append("Took the id out of =\"…\", ObjectId(…) or {\"$oid\":…} on \(unwrapped.words).")
        }
        if withLineBreaks.count > 0 {
            let records = zip(withLineBreaks.first, withLineBreaks.heights).map { "line \($0) (\($1) lines)" }
            let rest = withLineBreaks.count > records.count ? " and others" : ""
            sentences.append(
                "\(counted(withLineBreaks.count, "record")) \(withLineBreaks.count == 1 ? "has" : "have") line breaks in quotes: "
                    + "\(records.joined(separator: ", "))\(rest).")
        }
        if blankLines > 0 {
            sentences.append("Skipped \(counted(blankLines, "blank line")).")
        }
        return sentences + advice(about: source)
    }

    private static let noCommand =
        "Other lines have the same inside their quotes, so no command can mend it: export the file again, or correct the "
        + "lines by hand."

    /// What one habit of a program did to many lines, and the command that mends all of it.
    private func advice(about source: MappingSource) -> [String] {
        var advice: [String] = []
        var commands: [String] = []
        if carried.count > 0 {
            advice.append(
                "The ids of a malformed line are missing on \(carried.words); fill them in from the column text."
            )
        }
        if let cause = widths.cause {
            advice.append(cause)
        } else if short.count > 0 {
            advice.append(
                "There are too few fields on \(short.words). A spreadsheet leaves out the last delimiters where the last "
                    + "columns are empty: put a column that is always filled at the end, and export again.")
        }
        if notUTF8.count > 0 {
            advice.append(foreignText.sentence(notUTF8))
            if foreignText.mayBeConverted { commands.append("iconv -f windows-1252 -t utf-8") }
        }
        if spacedQuotes.count > 0 {
            advice.append("Spaces stand between delimiters and quotes on \(spacedQuotes.words).")
            if soundQuotes.hasSpaces {
                advice.append(Self.noCommand)
            } else {
                commands.append(#"sed -E 's/([,;|]|^)[[:blank:]]+"/\1"/g; s/"[[:blank:]]+([,;|]|$)/"\1/g'"#)
            }
        }
        if escapedQuotes.count > 0 {
            advice.append("Backslashes stand before quotes on \(escapedQuotes.words); CSV doubles a quote instead.")
            if soundQuotes.hasBackslashes {
                advice.append(Self.noCommand)
            } else {
                // A quote at the end of a field closes it, whatever stands before it.
                commands.append(#"sed -e :a -e 's/\\"\([^,;|[:cntrl:]]\)/""\1/' -e ta"#)
            }
        }
        guard let first = commands.first else { return advice }
        let rest = commands.dropFirst().map { " | " + $0 }.joined()
        guard case .file(let path) = source, path != "-" else {
            return advice + ["Send it through this command first: \(first)\(rest)"]
        }
        let ending = [".csv", ".tsv", ".jsonl", ".ndjson"].first { path.lowercased().hasSuffix($0) } ?? ""
        let mended = path.dropLast(ending.count) + ".mended" + path.suffix(ending.count)
        return advice + [
            "This makes a mended file: \(first) \(path.fileForShell)\(rest) > \(String(mended).fileForShell)"
        ]
    }
}

extension ForeignText {
    /// Whether one command can be proposed for the whole file.
    var mayBeConverted: Bool { isLikeWindows1252 && !isMixed }

    /// What is certain, and what to do.
    func sentence(_ lines: MappingNotes.Occurrences) -> String {
        let byte = firstByte.map { byte in
            ", first the byte 0x\(String(byte, radix: 16, uppercase: true)) on line \(lines.first.first ?? 0)"
        }
        let problem = "There is text that is not UTF-8 on \(lines.words)\(byte ?? "")"
        if isMixed {
            return
                "\(problem), and other lines have text that is. Lines of different origin were put together: export each "
                + "part again as UTF-8."
        }
        if isLikeWindows1252 {
            return
                "\(problem). It is probably Windows-1252, if the program that wrote it runs on Windows in western Europe or "
                + "America; else put the name of its encoding in the place of windows-1252."
        }
        return
            "\(problem). Which encoding it is cannot be told. Export the file again as UTF-8, or convert it with iconv -f "
            + "ENCODING -t utf-8, where ENCODING is that of the program that wrote it, such as macintosh, gb18030, "
            + "shift_jis or windows-1251."
    }
}

extension MappingNotes.Widths {
    /// What is wrong with the header rather than with the lines, if none fits it.
    fileprivate var cause: String? {
        guard fitting == 0, let header, let fewest, let most, count > 1 else { return nil }
        let fields = fewest == most ? counted(fewest, "field") : "\(fewest) to \(most) fields"
        let problem = "The header has \(counted(header, "column")), and every line has \(fields)"
        if fewest > header {
            return "\(problem): a name is missing in the header, or a delimiter is left over at the end of every line."
        }
        return most < header
            ? "\(problem): the header has a name too many, or every line ends without the delimiters of its last columns."
            : nil
    }
}

extension MappingNotes.Occurrences {
    /// `line 2`, or `12 lines: 2, 3, 5, 8, 9 and others`.
    var words: String {
        let numbers = first.map(String.init).joined(separator: ", ")
        return count == 1
            ? "line \(numbers)" : "\(counted(count, "line")): \(numbers)\(count > first.count ? " and others" : "")"
    }
}

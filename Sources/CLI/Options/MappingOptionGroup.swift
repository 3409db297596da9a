import ArgumentParser
import Mapping

/// The mapping and how to read it; shared by every command that reads one.
struct MappingOptionGroup: ParsableArguments {
    @Argument(help: "The mapping: a CSV or JSONL file, or - for standard input, as any pipe is.")
    var mapping: String

    @OptionGroup var reading: MappingReadingOptionGroup

    var source: MappingSource { MappingSource(mapping) }

    /// What the files of a job are named after; `-` if nothing can be.
    var fileName: String { source.fileName }

    func options(_ settings: Settings) throws -> MappingOptions { try reading.options(settings) }
}

/// How to read a mapping.
struct MappingReadingOptionGroup: ParsableArguments {
    @Option(help: "csv or jsonl, if the file name does not tell.")
    var format: MappingFormat?

    @Option(help: "comma, semicolon, tab or pipe, if the header does not tell.", transform: Self.delimiter)
    var delimiter: Delimiter?

    @Option(
        help:
            "The names of the columns, if they are unusual: old=NAME,new=NAME[,room=NAME], or with room= if there is none.",
        transform: Self.columns)
    var columns: ColumnNames?

    func options(_ settings: Settings) throws -> MappingOptions {
        MappingOptions(
            format: try settings.optional(format, "format", expected: "csv or jsonl") { MappingFormat(rawValue: $0) },
            delimiter: try settings.optional(delimiter, "delimiter", expected: "comma, semicolon, tab or pipe") {
                Delimiter(argument: $0)
            },
            columns: try settings.optional(columns, "columns", expected: "old=NAME,new=NAME[,room=NAME]") {
                // The sentence of the refusal says what would be right.
                try? ColumnNames(parsing: $0)
            })
    }

    private static func delimiter(_ argument: String) throws -> Delimiter {
        guard let delimiter = Delimiter(argument: argument) else {
            throw ValidationError("'\(argument)' is no delimiter: use comma, semicolon, tab or pipe.")
        }
        return delimiter
    }

    private static func columns(_ argument: String) throws -> ColumnNames {
        do {
            return try ColumnNames(parsing: argument)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

extension MappingFormat: ExpressibleByArgument {}

extension Settings {
    /// The flag's value, or the environment's, or none.
    func optional<Value>(_ flag: Value?, _ name: String, expected: String, _ parse: (String) -> Value?) throws -> Value?
    {
        try value(flag.map(Optional.some), name, default: nil, expected: expected) { text in
            parse(text).map(Optional.some)
        }
    }
}

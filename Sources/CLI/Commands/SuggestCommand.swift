import ArgumentParser
import Mapping
import Migration
import Matching

struct SuggestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suggest",
        abstract: "Find duplicate visitors, write a mapping to review.",
        discussion: """
            Example:
              visitor-merge suggest --by email,phone --default-country 49
              visitor-merge suggest --from visitors.jsonl \\
                --by email,custom:customerNumber --output mapping.csv

            Reads all visitors, from the server or from an export, groups those that are evidently one person, and \
            writes who could go to whom, with the evidence. It only reads, and it decides nothing: look through the \
            mapping, delete the lines that you do not believe, then lint, audit and run it.

            Visitors that share a value belong together, and so do those that each share one with a third. E-mail \
            addresses are compared without letter case, spaces, names before them, mailto: and a full stop at the end; \
            usernames and custom fields without letter case and spaces. NULL, n/a, unknown and the like are no evidence. \
            Of telephone \
            numbers the digits count: + and 00 begin one with its country, others are of --default-country and lose a 0 \
            in front. Not handled are extensions and letters (no evidence), national prefixes other than 0, countries \
            that keep the 0 (Italy), and 49… in the place of +49…. Short numbers, and those of one digit all over, are \
            no evidence.

            The fields of an export (--from) are _id, username, name, email, phone, lastChat, ts (when the record was \
            made), rooms (how many), disabled, and custom fields by their names; a JSONL export may have the server's own \
            documents, as mongoexport writes them, and the cells of a CSV export may hold JSON. A lastChat, ts, rooms or \
            disabled that cannot be read is reported with its line, and a group in which it decides is set aside.

            Decisions last: visitors that a file of decisions (--decisions) keeps apart are never suggested, nor joined \
            through a third, and merges decided there are suggested until a run has made them. Name the journals of those \
            runs with --done, and only what is new is suggested: an old visitor again only if a conversation began there \
            since.

            What too many share (--largest-group) is listed apart in MAPPING.set-aside.csv and not suggested. Both files \
            hold personal data and are for you alone. What was read of a server lies in MAPPING.suggest.db, as private as they \
            are, until the mapping is written: after a kill, run the same command again to resume.

            Exit status: 0 done, with or without suggestions · 1 some lines, or values that decide, cannot be read · 2 \
            stopped early, run it again · 65 export or decisions unusable · 66 no such file · 69 server unreachable · 73 cannot write · 75 \
            another suggest is at it · 77 credentials or permission (view-l-room)
            """)

    @Option(
        help: "What speaks for one person: any of email, phone, username, custom:FIELD; email,phone unless told.",
        transform: Self.kinds)
    var by: [MatchKey]?

    @Option(
        help: """
            Whom to keep: latest-chat, oldest, most-rooms or first-match, the one that the server finds first for what they \
            share, a call each (default: latest-chat). Ties are settled by id.
            """)
    var keep: SurvivorRule?

    @Option(name: .customLong("output"), help: "The mapping to write; mapping.csv unless told.")
    var mapping: String?

    @Flag(inversion: .prefixedNo, exclusivity: .chooseLast, help: "Replace a mapping that is there.")
    var overwrite: Bool?

    @Option(help: "An export to read instead of the server: CSV with a header, or JSONL.")
    var from: String?

    @Option(help: "The export is csv or jsonl, if its name does not tell.")
    var format: MappingFormat?

    @Option(help: "comma, semicolon, tab or pipe, if the export's header does not tell.", transform: Self.delimiter)
    var delimiter: Delimiter?

    @Option(
        help: """
            What was decided before: a CSV file with old_visitor_id, new_visitor_id and decision, which is merge or apart \
            (default: mapping.decisions.csv beside mapping.csv, if it is there).
            """)
    var decisions: String?

    @Option(
        parsing: .upToNextOption,
        help: "Journals of runs: the merges that they have made are not suggested again. May be repeated.")
    var done: [String] = []

    @Option(
        help: "Set aside what more visitors share, such as a mailbox of a whole office; 10 unless told.",
        transform: Settings.number(in: Self.groupSizes))
    var largestGroup: Int?

    @Option(help: "Kinds of evidence that two visitors need in common; 1 unless told.")
    var require: Int?

    @Option(
        help: "keep or ignore: whether ann+shop@example.org is somebody else than ann@example.org; keep unless told.")
    var plusTags: PlusTags?

    @Option(help: "The calling code of numbers without one, such as 49.", transform: Self.country)
    var defaultCountry: CallingCode?

    @OptionGroup(title: "Server") var server: ServerOptionGroup
    @OptionGroup(title: "Pace") var pace: PaceOptionGroup
    @OptionGroup(title: "Pace") var wait: WaitOptionGroup
    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup
    @OptionGroup(title: "Output") var ending: EndOptionGroup

    /// What to do with the part of an address behind a plus.
    enum PlusTags: String, CaseIterable, ExpressibleByArgument {
        case keep
        case ignore
    }

    mutating func run() async throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        let job = try job(settings)
        let status = try await withGracefulSignals(logger: job.logger, until: job.pace.end) { try await job.run() }
        try status.end()
    }
}

extension SurvivorRule: ExpressibleByArgument {}

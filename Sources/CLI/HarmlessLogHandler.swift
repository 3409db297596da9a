import Logging
import Model

/// Log lines on standard error with nothing in them that a terminal obeys.
///
/// Libraries put errors and names into their metadata, and those hold what files and servers say.
struct HarmlessLogHandler: LogHandler {
    private var handler: StreamLogHandler

    init(label: String) {
        handler = StreamLogHandler(label: label, stream: LogStream())
    }

    var logLevel: Logger.Level {
        get { handler.logLevel }
        set { handler.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = Self.harmless(newValue) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue.map { .string("\($0)".shown) } }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = "\(event.message.description.shown)"
        event.metadata = event.metadata.map(Self.harmless)
        if let error = event.error {
            event.metadata = (event.metadata ?? [:]).merging(["error": .string("\(error)".shown)]) { $1 }
            event.error = nil
        }
        handler.log(event: event)
    }

    private static func harmless(_ metadata: Logger.Metadata) -> Logger.Metadata {
        metadata.mapValues { .string("\($0)".shown) }
    }
}

/// Where log lines go: past what is drawn on the terminal.
private struct LogStream: TextOutputStream {
    mutating func write(_ line: String) {
        Output.log(line)
    }
}

import Logging
import Model

/// Log lines on standard error with nothing in them that a terminal obeys.
///
/// Libraries put errors and names into their metadata, and those hold what files and servers say.
struct StandardErrorLogHandler: LogHandler {
    var logLevel = Logger.Level.info
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var facts = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues { "\($0)" }
        if let error = event.error {
            facts["error"] = "\(error)"
        }
        Output.log(
            LogLine(
                time: CurrentProcess.now, level: event.level.rawValue, message: event.message.description, facts: facts)
        )
    }
}

package import Model

/// What a journal is about: one row, written when the mapping is planned and compared whenever the journal is opened.
package struct Job: Sendable, Equatable {
    /// What the operations of the journal are for.
    package enum Kind: String, CaseIterable, Sendable {
        case run
        case audit
        case undo
        case rehearsal
    }

    package var kind: Kind
    /// The canonical base URL of the server.
    package var server: String
    /// The mapping as the user named it; `-` for standard input.
    package var mappingPath: String
    /// SHA-256 of the mapping's bytes, in lower-case hexadecimal.
    package var mappingDigest: String
    /// How the mapping was to be read, as a text that can be compared; `nil` in a journal of an earlier version.
    package var mappingOptions: String?
    /// The journal of an undo of this job, if one was begun.
    package var undoneBy: String?
    /// The version of the tool that planned.
    package var toolVersion: String
    package var plannedAt: Timestamp
    /// Records that the reader handed over, counted outside the database so that the balance can be checked against it;
    /// of a part those that are in it.
    package var lines: Int
    /// Records of the whole mapping.
    package var mappingLines: Int
    /// The part of the mapping that the journal is for; `nil` for all of it.
    package var shard: Shard?
    /// The random part of the mapping that an audit is about; `nil` for all of it.
    package var sample: Sample?

    package init(
        kind: Kind, server: String, mappingPath: String, mappingDigest: String = "",
        mappingOptions: String? = nil, undoneBy: String? = nil, toolVersion: String,
        plannedAt: Timestamp, lines: Int = 0, mappingLines: Int? = nil, shard: Shard? = nil,
        sample: Sample? = nil
    ) {
        self.kind = kind
        self.server = server
        self.mappingPath = mappingPath
        self.mappingDigest = mappingDigest
        self.mappingOptions = mappingOptions
        self.undoneBy = undoneBy
        self.toolVersion = toolVersion
        self.plannedAt = plannedAt
        self.lines = lines
        self.mappingLines = mappingLines ?? lines
        self.shard = shard
        self.sample = sample
    }
}

/// One invocation that works on a journal.
package struct Run: Sendable, Equatable, Identifiable {
    package var id: Int64
    package var startedAt: Timestamp
    package var endedAt: Timestamp?
    package var host: String
    package var pid: Int
    package var user: String
    package var toolVersion: String
    package var serverVersion: String?
    /// The settings that decide how the run behaves, as the user would write them.
    package var settings: RunSettings
    /// Why it ended early; `nil` if it finished or was killed (then ``endedAt`` is `nil` too).
    package var stop: Stop?
    /// Time in which nothing was sent because the server's window was used up.
    package var waitedMilliseconds: Int
    /// How fast moves may be sent, as it was known at the end; `nil` when nothing limits them or nobody asked.
    package var pace: Pace?

    package init(
        id: Int64 = 0, startedAt: Timestamp, endedAt: Timestamp? = nil, host: String, pid: Int, user: String,
        toolVersion: String, serverVersion: String? = nil, settings: RunSettings, stop: Stop? = nil,
        waitedMilliseconds: Int = 0, pace: Pace? = nil
    ) {
        self.id = id
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.host = host
        self.pid = pid
        self.user = user
        self.toolVersion = toolVersion
        self.serverVersion = serverVersion
        self.settings = settings
        self.stop = stop
        self.waitedMilliseconds = waitedMilliseconds
        self.pace = pace
    }
}

/// So many calls in so long a window.
package struct Pace: Sendable, Equatable {
    /// At least 1.
    package var calls: Int
    /// At least 1.
    package var milliseconds: Int

    package init(calls: Int, milliseconds: Int) {
        self.calls = calls
        self.milliseconds = milliseconds
    }
}

/// The settings of a run as its journal remembers them.
package struct RunSettings: Sendable, Equatable {
    package var rate: String
    package var concurrency: Int
    package var openRooms: String

    package init(rate: String, concurrency: Int, openRooms: String) {
        self.rate = rate
        self.concurrency = concurrency
        self.openRooms = openRooms
    }
}

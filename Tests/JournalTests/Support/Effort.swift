import GRDB
import GRDBSQLite
import Synchronization

@testable import Journal

/// What SQLite did for a piece of work.
///
/// Counts are exact and the same on every machine, so that a test can be strict where times would only be hints.
struct Effort: Equatable {
    var statements = 0
    var transactions = 0
    /// Instructions of SQLite's virtual machine: they grow with the rows that a statement goes through.
    var instructions = 0
}

extension Journal {
    /// Counts what the work costs on this journal's connection.
    func effort(of work: () async throws -> Void) async throws -> Effort {
        let counter = EffortCounter()
        database.inDatabase { $0.count(for: counter) }
        try await work()
        database.inDatabase { $0.count(for: nil) }
        return counter.effort
    }
}

/// A class, because SQLite calls back with a pointer.
private final class EffortCounter: Sendable {
    private let counts = Mutex(Effort())

    var effort: Effort { counts.withLock { $0 } }

    func begin(_ statement: String) {
        counts.withLock { counts in
            counts.statements += 1
            counts.transactions += statement.hasPrefix("COMMIT") ? 1 : 0
        }
    }

    func execute() {
        counts.withLock { $0.instructions += 1 }
    }
}

extension Database {
    /// Must be called with `nil` before the counter goes.
    fileprivate func count(for counter: EffortCounter?) {
        guard let counter else {
            trace(options: [])
            unsafe sqlite3_progress_handler(sqliteConnection, 0, nil, nil)
            return
        }
        trace(options: .statement) { event in
            guard case .statement(let statement) = event else { return }
            counter.begin(statement.sql)
        }
        unsafe sqlite3_progress_handler(
            sqliteConnection, 1,
            { counter in
                guard let counter = unsafe counter else { return 0 }
                unsafe Unmanaged<EffortCounter>.fromOpaque(counter).takeUnretainedValue().execute()
                return 0
            }, Unmanaged.passUnretained(counter).toOpaque())
    }
}

import GRDB

/// Every access to the database.
extension Journal {
    /// A transaction that reads.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try translating { try database.read(body) }
    }

    /// The same without holding the calling task's thread.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.read(body)
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }

    /// A transaction that writes; durable when it returns.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try Self.waiting(keepsWaiting) { try database.write { try Self.marked($0, body) } }
        } catch {
            throw explained(error)
        }
    }

    /// The error of a write: a rule of the tables that it breaks is a fault of this program, unless what something else
    /// has written breaks one already.
    private func explained(_ error: any Error) -> any Error {
        let translated = JournalError.translated(error, path: path)
        guard (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT, case JournalError.fault = translated else {
            return translated
        }
        do {
            try requireSound()
            return translated
        } catch {
            return error
        }
    }

    static func waiting<Value>(_ keepsWaiting: (Int) -> Bool, _ body: () throws -> Value) throws -> Value {
        var tries = 0
        while true {
            do {
                return try body()
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                // Nothing of a transaction has happened.
                tries += 1
                guard keepsWaiting(tries) else { throw error }
            }
        }
    }

    private static func marked<Value>(_ database: Database, _ body: (Database) throws -> Value) throws -> Value {
        try LogMark(of: database)?.write(to: database)
        return try body(database)
    }

    /// The same without holding the calling task's thread while the disk works.
    func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            var tries = 0
            while true {
                do {
                    return try await database.write { try Self.marked($0, body) }
                } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                    tries += 1
                    guard keepsWaiting(tries) else { throw error }
                }
            }
        } catch {
            throw explained(error)
        }
    }

    func translating<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw JournalError.translated(error, path: path)
        }
    }
}

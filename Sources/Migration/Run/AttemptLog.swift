import Model
import RocketChat
import Synchronization

/// The requests made since the last transaction, on their way into the journal.
///
/// A class because the children of a run add to what its loop takes; all of its state is behind one lock.
package final class AttemptLog: Sendable {
    private let attempts = Mutex<[Attempt]>([])

    func add<Value>(_ operation: Operation, _ action: Attempt.Action, _ sentAt: Timestamp, _ reply: Reply<Value>) {
        let leftAt = Timestamp(milliseconds: sentAt.milliseconds + Int64(reply.delay.inMilliseconds))
        let attempt = Attempt(
            operation: operation.id, action: action, sentAt: leftAt, milliseconds: reply.duration.inMilliseconds,
            status: reply.status, meaning: reply.meaning.word)
        attempts.withLock { $0.append(attempt) }
    }

    var isEmpty: Bool { attempts.withLock { $0.isEmpty } }

    func take() -> [Attempt] {
        attempts.withLock { attempts in
            let taken = attempts
            attempts.removeAll(keepingCapacity: true)
            return taken
        }
    }
}

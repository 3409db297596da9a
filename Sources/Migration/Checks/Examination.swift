package import Model
package import RocketChat

/// What a doctor saw of a server: facts alone, which ``Diagnosis`` judges.
///
/// What is `nil` was not asked, or was on its way when ``interruption`` came.
package struct Examination: Sendable, Equatable {
    /// The checks in the order of their findings; the raw values stand in the JSON of `doctor`.
    package enum Check: String, CaseIterable, Sendable {
        case server
        case version
        case credentials
        case endpoint
        case deprecationSwitch = "deprecation-switch"
        case rateLimit = "rate-limit"
        case roomList = "livechat/rooms"
        case room = "rooms.info"
        case history = "visitors.chatHistory"
        case contacts = "consolidate"
        case clock
        case roundTrip = "round-trip"
        case instances
        case estimate
        /// Says which of the others are missing.
        case notChecked = "not-checked"
    }

    /// Who else can read what is sent.
    package enum Connection: Sendable, Equatable {
        case encrypted
        /// Plain http that never leaves this machine.
        case loopback
        case readable
    }

    /// What the probe of the PUT route brought.
    package struct Probe: Sendable, Equatable {
        /// `nil` if the caller bypasses the limit or there is none.
        package var window: RateWindow?
        /// The server's clock at that answer.
        package var serverDate: Timestamp?

        package init(window: RateWindow?, serverDate: Timestamp?) {
            self.window = window
            self.serverDate = serverDate
        }
    }

    /// A read that a run can do without.
    package enum Access<Value: Sendable & Equatable>: Sendable, Equatable {
        case granted(Value)
        /// What the server said, for a person.
        case denied(String)
    }

    /// Why the examination ended before its last check, and at which.
    package struct Interruption: Sendable, Equatable {
        package var check: Check
        package var stop: Stop

        package init(at check: Check, _ stop: Stop) {
            self.check = check
            self.stop = stop
        }
    }

    package var address: String
    package var connection: Connection
    package var version: ServerVersion?
    package var caller: Caller?
    package var probe: Probe?
    package var rooms: Access<RoomPage>?
    package var room: Access<Room>?
    package var history: Access<RoomPage>?
    package var customFields: Access<CustomFieldPage>?
    /// One for each answer, in order of arrival.
    package var samples: [Sample] = []
    package var interruption: Interruption?

    package init(address: String, connection: Connection) {
        self.address = address
        self.connection = connection
    }
}

extension Examination {
    /// What one answer told besides its meaning.
    package struct Sample: Sendable, Equatable {
        package var roundTrip: Duration
        /// How far the server's clock is ahead of this machine's; `nil` without a `Date`.
        package var clockLead: Duration?
        /// The server process that answered, if it said so.
        package var instance: String?

        package init(roundTrip: Duration, clockLead: Duration? = nil, instance: String? = nil) {
            self.roundTrip = roundTrip
            self.clockLead = clockLead
            self.instance = instance
        }

        /// Reads a reply that arrived at an instant of this machine's clock; `nil` if nothing answered.
        ///
        /// The lead is good to half a second and half a round trip: `Date` has whole seconds, and the server wrote it
        /// at some moment between the request and the answer.
        package init?<Value>(of reply: Reply<Value>, arrivedAt arrival: Timestamp) {
            guard reply.status != nil else { return nil }
            self.init(
                roundTrip: reply.duration,
                clockLead: reply.serverDate.map { date in
                    .milliseconds(date.milliseconds + 500 - arrival.milliseconds) + reply.duration / 2
                },
                instance: reply.instance)
        }
    }
}

extension Examination.Connection {
    package init(_ address: ServerAddress) {
        guard address.description.hasPrefix("http:") else {
            self = .encrypted
            return
        }
        do {
            _ = try ServerAddress(parsing: address.description, allowInsecureHTTP: false)
            self = .loopback
        } catch {
            self = .readable
        }
    }
}

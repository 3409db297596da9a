package import Journal
package import Model
package import RocketChat

/// Finishes what a run began: gives survivors what they lack, and takes from old visitors what survivors have.
///
/// Survivors are written before their old visitors, so that an address always leads to one of them. Each record is read right
/// before it is written and read back afterwards; nothing is written over a record that others changed.
package struct Consolidator<Client: ContactReader>: Sendable {
    let client: Client
    let desk: ReadContext
    let contacts: ContactsJournal
    let version: ServerVersion
    let fields: [CustomFieldDefinition]
    /// Old visitors lose the addresses that survivors have.
    let retires: Bool
    /// Sends a write; `nil` for a dry run.
    let write: Write?

    package typealias Write = @Sendable (ContactRecord, VisitorToken) async -> Reply<VisitorID>

    package init(
        _ client: Client, desk: ReadContext, contacts: ContactsJournal, version: ServerVersion,
        fields: [CustomFieldDefinition], retires: Bool, write: Write?
    ) {
        self.client = client
        self.desk = desk
        self.contacts = contacts
        self.version = version
        self.fields = fields
        self.retires = retires
        self.write = write
    }

    /// Consolidates every pair that is not looked at yet, several survivors at a time.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop`, `JournalError`.
    package func consolidate() async throws -> Bool {
        let total = try contacts.counts().outcomes[.pending] ?? 0
        guard total > 0 else { return true }
        defer { desk.board.endReading() }
        let moved = try desk.journal.movedRooms(after: 0, limit: 100).map(\.room)
        let histories = HistoryReading(
            api: client, asker: desk.asker, anchors: Anchors(moved + [Anchors.general]))
        var last: VisitorID?
        var isInterrupted = false
        while !isInterrupted {
            let survivors = try contacts.openSurvivors(after: last, limit: 1000)
            guard let end = survivors.last else { return true }
            last = end
            _ = try await survivors.forEachConcurrently(limit: desk.concurrency) { survivor in
                try await consolidate(survivor, histories)
            } take: { isDone in
                // What is under way may finish.
                if !isDone { isInterrupted = true }
                let open = try contacts.counts().outcomes[.pending] ?? 0
                desk.board.read("records of visitors", done: max(0, total - open), of: total)
                return true
            }
        }
        return false
    }

    /// - Returns: `false` if it was asked to stop.
    private func consolidate(_ id: VisitorID, _ histories: HistoryReading<Client>) async throws -> Bool {
        var pairs = try contacts.openPairs(of: id)
        guard let changed = try await settleOpenWrites(of: [id] + pairs.map(\.old)) else { return false }
        for pair in pairs where changed.contains(id) || changed.contains(pair.old) {
            try settle(pair, .review, .recordChanged, detail: "\(changed.contains(id) ? id : pair.old)")
        }
        pairs = try contacts.openPairs(of: id)
        guard let left = try await withoutRooms(pairs, histories) else { return false }
        pairs = left
        guard !pairs.isEmpty else { return true }
        guard let survivor = try await read(id) else { return false }
        guard case .answered(let survivor) = survivor else {
            for pair in pairs { try settle(pair, .review, .survivorMissing, detail: "\(id)") }
            return true
        }
        return try await consolidate(survivor, pairs)
    }

    private func consolidate(_ survivor: Contact, _ pairs: [ContactPair]) async throws -> Bool {
        var merged = survivor.record
        let renames = pairs.contains { $0.rooms > 0 && !$0.isNamed }
        var planned: [(pair: ContactPair, old: Contact, plan: ContactPlan)] = []
        for pair in pairs {
            guard let answer = try await read(pair.old) else { return false }
            guard case .answered(let old) = answer else {
                try settle(pair, .unchanged, .oldMissing)
                continue
            }
            guard let token = survivor.token, let oldToken = old.token else {
                try settle(pair, .review, .tokenHidden)
                continue
            }
            guard token != oldToken else {
                try settle(pair, .review, .sharedToken)
                continue
            }
            switch ContactPlan.decide(
                survivor: merged, old: old.record, on: version, fields: fields, retires: retires,
                willBeWritten: renames || merged != survivor.record)
            {
            case .review(let reason, let visitor): try settle(pair, .review, reason, detail: "\(visitor)")
            case .write(let plan):
                merged = plan.survivor
                planned.append((pair, old, plan))
            }
        }
        guard !planned.isEmpty else { return true }
        let isWritten = merged != survivor.record || planned.contains { $0.pair.rooms > 0 && !$0.pair.isNamed }
        guard write != nil else {
            for (pair, old, plan) in planned {
                try settle(pair, with: plan, isWritten || plan.old != old.record ? .planned : .unchanged)
            }
            return true
        }
        if isWritten {
            switch try await put(survivor, as: merged) {
            case .interrupted: return false
            case .failed(let reason, let detail):
                for (pair, _, _) in planned { try settle(pair, .review, reason, detail: detail) }
                return true
            case .written: try contacts.noteNamed(roomsOf: survivor.record.id)
            }
        }
        for (pair, old, plan) in planned {
            guard try await retire(old, plan, pair, survivorIsWritten: isWritten) else { return false }
        }
        return true
    }

    private func retire(
        _ old: Contact, _ plan: ContactPlan, _ pair: ContactPair, survivorIsWritten: Bool
    ) async throws -> Bool {
        guard plan.old != old.record else {
            try settle(pair, with: plan, survivorIsWritten ? .consolidated : .unchanged)
            return true
        }
        switch try await put(old, as: plan.old) {
        case .interrupted: return false
        case .failed(let reason, let detail): try settle(pair, .review, reason, detail: detail)
        case .written: try settle(pair, with: plan, .consolidated)
        }
        return true
    }

    /// Leaves out the pairs whose old visitors have rooms now.
    ///
    /// - Returns: `nil` if it was asked to stop.
    private func withoutRooms(
        _ pairs: [ContactPair], _ histories: HistoryReading<Client>
    ) async throws -> [ContactPair]? {
        var empty: [ContactPair] = []
        for pair in pairs {
            switch try await histories.page(of: pair.old, offset: 0, count: 1) {
            case nil: return nil
            case .answered(let page)? where page.total == 0: empty.append(pair)
            case .answered(let page)?:
                try settle(pair, .review, .roomsLeft, detail: counted(page.total, "room"))
            case .refused(_, let text)?: try settle(pair, .review, .roomsLeft, detail: text)
            }
        }
        return empty
    }

    func read(_ visitor: VisitorID) async throws -> RetryingClient.Answer<Contact>? {
        try await desk.asker.askOrRefusal(.visitorsInfo) {
            await client.contact(visitor)
        } probe: {
            await client.contact(Probe.visitor)
        }
    }

    private func settle(
        _ pair: ContactPair, _ outcome: ContactOutcome, _ reason: ContactReason, detail: String? = nil
    ) throws {
        var pair = pair
        (pair.outcome, pair.reason, pair.detail) = (outcome, reason, detail)
        try contacts.settle(pair, at: desk.now())
    }

    /// Settles a pair as its plan says: one that leaves an address with the old visitor needs review.
    private func settle(_ pair: ContactPair, with plan: ContactPlan, _ outcome: ContactOutcome) throws {
        var pair = pair
        pair.reason = retires ? plan.leavesAddress : nil
        pair.outcome = pair.reason == nil ? outcome : .review
        (pair.copied, pair.differs) = (plan.copied, plan.differs)
        try contacts.settle(pair, at: desk.now())
    }
}

extension Fault {
    /// Reads an object NAME → share, or NAME → `{"share","route","after","count","milliseconds"}`.
    static func faults(_ json: JSON) throws(SandboxError) -> [Fault] {
        guard case .object(let members) = json else {
            throw .badFault(reason: "faults are an object such as {\"drop-after-write\":0.05}")
        }
        var faults: [Fault] = []
        for member in members { faults.append(try Fault(try name(member.key), json: member.value)) }
        return faults
    }

    private init(_ name: Name, json: JSON) throws(SandboxError) {
        if let share = json.double {
            try self.init(name, share: share)
            return
        }
        guard case .object(let members) = json else {
            throw .badFault(reason: "\(name.rawValue) must be a share or an object")
        }
        for member in members {
            let isRight =
                switch member.key {
                case "share": member.value.double != nil
                case "route": member.value.string != nil
                case "after", "count", "milliseconds": member.value.int != nil
                default: false
                }
            guard isRight else {
                throw .badFault(
                    reason: "\(name.rawValue).\(member.key) is wrong: share (number), route (string), "
                        + "after, count and milliseconds (whole numbers) are known"
                )
            }
        }
        try self.init(
            name, share: json["share"]?.double ?? 1, route: json["route"]?.string, after: json["after"]?.int ?? 0,
            count: json["count"]?.int, milliseconds: json["milliseconds"]?.int
        )
    }

    /// The fault as a member of such an object.
    var member: JSON.Member {
        JSON.Member(
            key: name.rawValue,
            value: .object([
                "share": .number(share),
                "route": route.map { .string($0.rawValue) },
                "after": .integer(after),
                "count": count.map(JSON.integer),
                "milliseconds": .integer(milliseconds),
            ])
        )
    }
}

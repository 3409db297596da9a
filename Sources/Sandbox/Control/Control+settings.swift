/// How the server behaves from now on.
extension Control {
    /// `GET /sandbox/faults`.
    func showFaults() -> JSON {
        ["faults": .object(state.access { $0.faults.faults }.map(\.member))]
    }

    /// `PUT /sandbox/faults`: replaces all faults; an empty object clears them.
    func setFaults(_ body: JSON) throws(SandboxError) -> JSON {
        let faults = try Fault.faults(body)
        state.access { $0.faults = FaultSchedule(faults) }
        return showFaults()
    }

    /// `PUT /sandbox/clock` `{"skewSeconds"}`: shifts `Date` and rate-limit reset.
    func setClock(_ body: JSON) throws(ControlError) -> JSON {
        guard let seconds = body["skewSeconds"]?.double, SandboxConfiguration.clockSkews.contains(seconds) else {
            throw ControlError(message: "skewSeconds must be a number, such as -90, and at most a year")
        }
        state.access { $0.clockSkew = .seconds(seconds) }
        return ["success": true]
    }

    /// `PUT /sandbox/rate-limit` `{"calls","seconds"}` or `{"off":true}`: starts new windows.
    func setRateLimit(_ body: JSON) throws(ControlError) -> JSON {
        let limit: RateLimit?
        if body["off"]?.bool == true {
            limit = nil
        } else if let calls = body["calls"]?.int, calls >= 0, let seconds = body["seconds"]?.double, seconds > 0,
            seconds <= SandboxConfiguration.longestWindow
        {
            limit = RateLimit(calls: calls, window: .seconds(seconds))
        } else {
            throw ControlError(message: #"rate-limit takes {"calls":10,"seconds":60}, a day at most, or {"off":true}"#)
        }
        let now = time.elapsed()
        state.access { $0.instances.change(to: limit, now: now) }
        return ["success": true]
    }

    /// `PUT /sandbox/profile` `{"profile"}`: another release, as after an upgrade.
    func setProfile(_ body: JSON) throws(ControlError) -> JSON {
        guard let profile = body["profile"]?.string.flatMap(Profile.init(rawValue:)) else {
            let known = Profile.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlError(message: "profile must be one of \(known)")
        }
        state.access { $0.profile = profile }
        return ["success": true]
    }

    /// `PUT /sandbox/pause` `{"milliseconds"}`: the time between comparison and write of a move.
    func setPause(_ body: JSON) throws(ControlError) -> JSON {
        guard let milliseconds = body["milliseconds"]?.int, Fault.delays.contains(milliseconds) else {
            throw ControlError(
                message: "milliseconds must be a whole number from 0 to \(Fault.delays.upperBound), a day")
        }
        state.access { $0.pauseBeforeWrite = .milliseconds(milliseconds) }
        return ["success": true]
    }

    /// `PUT /sandbox/users` `{"username", "tokenWorks"?, "roles"?, "deleted"?}`: revokes a token, changes roles.
    func setUser(_ body: JSON) throws(ControlError) -> JSON {
        let username = try body.requiredText("username")
        let roles = try Self.roles(body["roles"])
        try state.access { (contents) throws(ControlError) in
            guard let user = contents.users.user(named: username) else {
                throw ControlError(message: "there is no user \(username)")
            }
            if let works = body["tokenWorks"]?.bool { contents.users.setToken(of: user, works: works) }
            if let roles { contents.users.setRoles(of: user, to: roles) }
            if body["deleted"]?.bool == true { contents.users.delete(user) }
        }
        return ["success": true]
    }

    private static func roles(_ value: JSON?) throws(ControlError) -> [String]? {
        guard let value else { return nil }
        guard case .array(let elements) = value, elements.allSatisfy({ $0.string != nil }) else {
            throw ControlError(message: #"roles must be an array such as ["livechat-agent"]"#)
        }
        return elements.compactMap(\.string)
    }
}

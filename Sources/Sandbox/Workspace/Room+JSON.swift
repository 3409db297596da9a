extension Room {
    /// The whole stored room, in the server's order (TheMove, "Success").
    var json: JSON {
        type == .channel ? channel : conversation
    }

    private var conversation: JSON {
        .object([
            "_id": .string(id),
            "msgs": 5,
            "usersCount": 2,
            "lm": .string(lastMessage),
            "fname": .string(fname),
            "t": .string(type.rawValue),
            "ts": .string(ts),
            "v": visitor?.json,
            "cl": false,
            "open": isOpen ? true : nil,
            "onHold": isOnHold ? true : nil,
            "source": ["type": "widget"],
            "queuedAt": .string(ts),
            "servedBy": servedBy.map {
                ["_id": .string($0.userID), "username": .string($0.username), "ts": .string(ts)]
            },
            "departmentId": departmentID.map(JSON.string),
            "tags": tags.isEmpty ? nil : .array(tags.map(JSON.string)),
            "livechatData": livechatData.isEmpty ? nil : .texts(livechatData),
            "waitingResponse": isOpen ? true : nil,
            "priorityWeight": 99,
            "estimatedWaitingTimeQueue": 9_999_999,
            "closedAt": closedAt.map(JSON.string),
            "closedBy": closedAt == nil ? nil : closer,
            "closer": closedAt == nil ? nil : "user",
            "archived": isArchived ? true : nil,
            "_updatedAt": .string(updatedAt),
        ])
    }

    private var channel: JSON {
        .object([
            "_id": .string(id),
            "name": .string(fname),
            "fname": .string(fname),
            "t": "c",
            "msgs": 5,
            "usersCount": 2,
            "ts": .string(ts),
            "ro": false,
            "default": false,
            "archived": isArchived ? true : nil,
            "_updatedAt": .string(updatedAt),
        ])
    }

    /// What the server keeps beside the room and does not touch when it moves (TheMove, "What a move leaves behind").
    var surroundings: JSON {
        let kept: JSON = author.map { ["_id": .string($0.id), "username": .string($0.username)] } ?? .null
        return [
            "messages": ["author": kept],
            "inquiry": isOpen ? ["v": kept] : .null,
            "subscription": isOpen && servedBy != nil ? ["v": kept] : .null,
        ]
    }

    private var closer: JSON {
        guard let servedBy else { return ["_id": "rocket.cat", "username": "rocket.cat"] }
        return ["_id": .string(servedBy.userID), "username": .string(servedBy.username)]
    }
}

extension Room.VisitorPart {
    fileprivate var json: JSON {
        [
            "_id": .string(id),
            "username": .string(username),
            "token": .string(token),
            "status": .string(status),
            "lastMessageTs": .string(lastMessage),
        ]
    }
}

/// The permissions that matter to the routes, with their default roles (TheServer, "Permissions").
struct Permission: OptionSet, Sendable {
    let rawValue: UInt16

    static let changeRoomVisitor = Permission(rawValue: 1 << 0)
    static let viewLivechatRoom = Permission(rawValue: 1 << 1)
    static let viewLivechatRooms = Permission(rawValue: 1 << 2)
    static let viewClosedByAnother = Permission(rawValue: 1 << 3)
    static let viewClosedSameDepartment = Permission(rawValue: 1 << 4)
    static let viewJoinedRoom = Permission(rawValue: 1 << 5)
    static let viewStatistics = Permission(rawValue: 1 << 6)
    static let getServerInfo = Permission(rawValue: 1 << 7)
    static let bypassRateLimit = Permission(rawValue: 1 << 8)

    private static let manager: Permission = [.changeRoomVisitor, .monitor]
    private static let monitor: Permission = [
        .viewLivechatRoom, .viewLivechatRooms, .viewClosedByAnother, .viewClosedSameDepartment,
    ]
    private static let agent: Permission = [.changeRoomVisitor, .viewLivechatRoom]
    private static let admin: Permission = [
        .manager, .viewJoinedRoom, .viewStatistics, .getServerInfo, .bypassRateLimit,
    ]

    /// What somebody with these roles may do.
    ///
    /// An unknown role grants nothing.
    static func granted(to roles: [String]) -> Permission {
        roles.reduce(into: []) { permissions, role in
            switch role {
            case "admin": permissions.formUnion(.admin)
            case "livechat-manager": permissions.formUnion(.manager)
            case "livechat-monitor": permissions.formUnion(.monitor)
            case "livechat-agent": permissions.formUnion(.agent)
            case "bot", "app": permissions.formUnion(.bypassRateLimit)
            case "user": permissions.formUnion(.viewJoinedRoom)
            default: break
            }
        }
    }
}

/// What a column or a key of an export says about a visitor.
enum VisitorField: Equatable {
    /// Of several names the likeliest counts, whose rank is the lowest.
    case id(rank: Int)
    case username
    case name
    case email
    case phone
    case lastChat
    case createdAt
    case rooms
    case disabled
    case custom(String)
    /// The object that holds the custom fields.
    case customFields

    /// The names of each field in the shape that ``plain(_:)`` gives them: those of the server's own documents, and
    /// those that people give them.
    private static let fields: [String: VisitorField] = {
        let names: [(VisitorField, [String])] = [
            (.id(rank: 0), ["id"]), (.id(rank: 1), ["visitorid"]), (.id(rank: 2), ["visitor"]),
            (.username, ["username"]),
            (.name, ["name", "fullname"]),
            (.email, ["visitoremails", "visitoremails.address", "email", "emails", "emailaddress", "mail"]),
            (
                .phone,
                [
                    "phone", "phones", "phone.phonenumber", "phonenumber", "telephone", "tel", "mobile", "mobilephone",
                    "mobilenumber", "cellphone",
                ]
            ),
            (.lastChat, ["lastchat", "lastchat.ts"]),
            (.createdAt, ["ts", "createdat", "created"]),
            (.rooms, ["rooms", "roomcount"]),
            (.disabled, ["disabled"]),
            (.customFields, ["livechatdata"]),
        ]
        return Dictionary(uniqueKeysWithValues: names.flatMap { field, names in names.map { ($0, field) } })
    }()

    /// What a name stands for; `custom` are the custom fields that are asked for.
    init?(named name: String, custom: [String]) {
        let plainName = Self.plain(name)
        if let wanted = custom.first(where: {
            Self.plain($0) == plainName || "livechatdata." + Self.plain($0) == plainName
        }) {
            self = .custom(wanted)
        } else if let field = Self.fields[plainName] {
            self = field
        } else {
            return nil
        }
    }

    /// A name as it is compared: letter case, `_`, `-`, spaces and the numbers of list elements do not count.
    private static func plain(_ name: String) -> String {
        let words = ColumnRules.plain(name).replacing("[", with: ".").replacing("]", with: "").split(separator: ".")
        return words.filter { Int($0) == nil }.joined(separator: ".")
    }
}

/// What the keys of an export's objects stand for, found out once for each name.
struct FieldNameCache {
    let custom: [String]
    /// Keys that mean nothing and look as if they did, in the order in which they came.
    private(set) var lookalikes: [String] = []
    private var known: [(key: [UInt8], field: VisitorField?)] = []

    /// No export has more keys that recur; of others nothing is remembered.
    private static let most = 64

    /// `custom` are the custom fields that are asked for.
    init(custom: [String]) {
        self.custom = custom
    }

    /// What a key stands for; `place` is where it stood in its object, which is nearly always the same place.
    mutating func field(of key: ArraySlice<UInt8>, at place: Int) -> VisitorField? {
        if place < known.count, known[place].key.elementsEqual(key) { return known[place].field }
        if let index = known.firstIndex(where: { $0.key.elementsEqual(key) }) { return known[index].field }
        let name = String(decoding: key, as: UTF8.self)
        let field = VisitorField(named: name, custom: custom)
        guard known.count < Self.most else { return field }
        known.append((Array(key), field))
        if field == nil, lookalikes.count < LookalikeName.namesKept, LookalikeName.matches(name, custom: custom) {
            lookalikes.append(name.printable)
        }
        return field
    }
}

import Model
import Testing

@testable import Mapping

/// A room that is overlooked means all rooms of a visitor.
struct RoomLikeNameTests {
    private static let meant = [
        "romm_id", "room_ids", "rooms", "room._id", "Room ID (chat)", "conversation_id", "roomid#", "chat room",
        "roomIDs",
        "rom", "roon", "ro om id", "Rooom", "rids", "rid1", "RID (room)", "old.rid", "chatId", "chat-id", "ChatID",
        "conversationid", "CONVERSATIONID", "Conversation", "livechat_id", "chatroomid", "LivechatRoomId",
        "id of the room",
        "Room", "room #", "room_uuid", "rm_id", "Rocket.Chat Room", "room key", "my_room", "idroom", "id_chat",
        "visitor_chat_id", "guest_chat_id", "user_conversation_id", "customer conversation id", "agent_chat_id",
        "chat session id", "chat_user_id", "chat.visitor._id", "mychatid", "visitor_room", "user room", "guestRoom",
        "room of the visitor", "room number", "chat", "chats", "chatt", "chta", "CHAT", "conversation", "conversations",
        "conversaton", "converstaion", "konversation", "Live Chat", "livechat", "livchat", "the chat", "old chat",
        "conv", "convo",
        "conv_id", "convId", "convid", "chatt_id", "chattid", "chatts-id", "conversaton id", "conversatonid",
        "c\u{43E}nversation",
        "c0nversation", "visitor_chat", "Raum", "raum_id", "RaumID", "sala", "id_sala", "salle", "Conversación",
        "conversa_id",
        "Gespräch", "conversation (id)", "roomlist", "room list", "oroom", "r\u{43E}\u{43E}m_id",
        "r\u{43E}\u{43E}m", "ｒｏｏｍ", "r\u{456}d", "ridx", "rud", "drid", "ruid", "r00m", "r1d", "visitor_romm",
    ].filter { $0 != "Conversation" && $0 != "Room" }
    private static let others = [
        "id", "_id", "name", "note", "visitor", "group", "because", "old_name", "new_name", "old_last_chat",
        "new_last_chat",
        "room_name", "room type", "rooms_before", "old_rooms", "rooms moved", "number of rooms", "room_count", "grid",
        "ride",
        "row_id", "role_id", "form_id", "override", "Rocket.Chat ID", "rocketchat_id", "rocket.chat", "last chat",
        "old_chats",
        "chat_count", "chats_number", "number of chats", "chat user", "rocketchat_user_id", "room_visitor", "showroom",
        "chat_language", "chat_rating", "chat transcript", "conversation_status", "notes", "chart", "chart_id",
        "cheat_id",
        "chatbot_id", "conversion_id", "conversion", "convert", "convenience_id", "hybrid_id", "what", "that_id",
        "salary", "salary_id", "Raum Name", "sala_nome",
        "cat_id", "zoom", "root", "line", "reason", "detail", "text", "", "Straße",
        "rd",
        "(column 3, without a name)", "department_id", "email", "phone", "token", "username", "lastchat", "status",
    ]

    @Test(arguments: meant) func `A name that may be meant for the room is found`(name: String) {
        #expect(RoomLikeName.matches(name))
    }

    @Test(arguments: others) func `Another name is not`(name: String) {
        #expect(!RoomLikeName.matches(name))
    }

    @Test func `A column that may be the room's stops the file, whatever was named`() throws {
        for columns in [nil, ColumnNames(old: "old", new: "new")] {
            let error = mappingError {
                _ = try Reading("old,new,romm_id\na,b,r\n", options: MappingOptions(columns: columns))
            }
            #expect(error?.kind == .unusable)
            #expect(
                error?.description
                    == "“romm_id” looks as if it were meant for the room, and a room that is overlooked would move all rooms of the "
                    + "visitor. If the file names no rooms and all rooms of each old visitor are to move, add --columns "
                    + "old=old,new=new,room= to the command. If it is the room, add: --columns old=old,new=new,room=romm_id"
            )
        }
    }

    @Test func `What is said to be typed reads the file`() throws {
        for (option, line) in [("old=old,new=new,room=romm_id", "2 a>b@r"), ("old=old,new=new,room=", "2 a>b")] {
            let options = MappingOptions(columns: try ColumnNames(parsing: option))
            #expect(try Reading("old,new,romm_id\na,b,r\n", options: options).summary == [line])
            let json = try Reading(#"{"old":"a","new":"b","romm_id":"r"}"#, name: "m.jsonl", options: options)
            #expect(json.summary == [line.replacing("2 ", with: "1 ")])
        }
    }

    @Test func `No room at all can be said of a file that has one`() throws {
        let options = MappingOptions(columns: try ColumnNames(parsing: "old=old,new=new,room="))
        #expect(try Reading("old,new,room\na,b,r\n", options: options).summary == ["2 a>b"])
    }

    @Test func `Beside a room's column another one counts only where that is empty`() throws {
        let reading = try Reading("old,new,room,conversation_id\na,b,r,c\na,b,,\na,b,,c\n")
        #expect(reading.summary == ["2 a>b@r", "3 a>b", "4 malformed"])
    }

    @Test(arguments: [
        (#""room":"","romm":"R1""#, "romm"), (#""room":null,"chat_id":"R1""#, "chat_id"),
        (#""rid":" ","visitor_room":{"$oid":"R1"}"#, "visitor_room"), (#""chat_id":7,"room_id":"""#, "chat_id"),
        (#""room":"","chat":{"_id":"R1"}"#, "chat._id"), (#""room":"","chat":"R1""#, "chat"),
        (#""room":"","chats":["R1"]"#, "chats"), (#""room":"","conversaton":{"$oid":"R1"}"#, "conversaton"),
        (#""room":"","x":[{"visitor":{"rid":"R1"}}]"#, "x.visitor.rid"),
    ])
    func `A line of JSON with an empty room and another that is not is rejected`(members: String, name: String) throws {
        let reading = try Reading("{\"old\":\"a\",\"new\":\"b\",\(members)}\n", name: "m.jsonl")
        #expect(reading.summary == ["1 malformed"])
        #expect(
            reading.details == ["the room is empty, but not “\(name)”, which looks as if it were meant for it"])
    }

    @Test(arguments: [
        #""room":"","romm":"""#, #""room":null,"chat_id":null"#, #""room":"","chat_id":{"$oid":""}"#,
        #""room":"","chat":{"name":"R1"}"#, #""chat":{"_id":null}"#, #""chat":null"#, #""chats":3"#, #""chat":true"#,
        #""chats":[{"topic":"x"}]"#, #""room":"","conversation":"""#,
    ])
    func `A line of JSON with nothing that may be a room moves all of them`(members: String) throws {
        let reading = try Reading("{\"old\":\"a\",\"new\":\"b\",\(members)}\n", name: "m.jsonl")
        #expect(reading.summary == ["1 a>b"])
    }

    @Test func `A line of JSON without the key that was named for the room does not lose another one`() throws {
        let options = MappingOptions(columns: ColumnNames(old: "old", new: "new", room: "where"))
        let text = #"{"old":"a","new":"b","rid":"R1"}"# + "\n" + #"{"old":"a","new":"b","where":"","rid":"R1"}"#
        #expect(try Reading(text, name: "m.jsonl", options: options).summary == ["1 malformed", "2 malformed"])
    }

    @Test(arguments: ["chat", "chats", "conversaton", "conv_id"])
    func `A key of a conversation is no more overlooked than a column`(name: String) throws {
        #expect(mappingError { _ = try Reading("old,new,\(name)\na,b,r\n") }?.kind == .unusable)
        let json = try Reading("{\"old\":\"a\",\"new\":\"b\",\"\(name)\":\"r\"}\n", name: "m.jsonl")
        #expect(json.summary == ["1 malformed"])
    }

    @Test(arguments: [
        ("old,new,\na,b,R1\nc,d,\ne,f,see above\n", ["2 malformed", "3 c>d", "4 e>f"]),
        ("old,new,room,\na,b,,R1\na,b,R2,R1\na,b,,12\n", ["2 malformed", "3 a>b@R2", "4 a>b"]),
        ("old,new,,note\na,b,Rm9xT2bQe7LkVdP4s,\n", ["2 malformed"]),
    ])
    func `A column without a name is no more overlooked, where an id stands in it`(text: String, lines: [String]) throws
    {
        #expect(try Reading(text).summary == lines)
        let options = MappingOptions(columns: ColumnNames(old: "old", new: "new", room: ""))
        #expect(try Reading(text, options: options).lines.allSatisfy { $0.rejection == nil && $0.room.isEmpty })
    }

    @Test func `Beside a room's column a number of chats is no room`() throws {
        let reading = try Reading("old,new,room,chats\na,b,,3\na,b,,R1\n")
        #expect(reading.summary == ["2 a>b", "3 malformed"])
    }

    @Test(arguments: ["\"room, id\"", "room\u{0}id"]) func `A name that cannot be typed is to be changed`(name: String)
    {
        let error = mappingError { _ = try Reading("old,new,\(name)\na,b,r\n") }
        #expect(
            error?.description.contains("rename it to room_id") == true
                && error?.description.contains("--columns") == false)
    }
}

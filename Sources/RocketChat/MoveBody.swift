import Model

/// The body of the PUT (TheMove, "Request"), written by hand because it is written once per move.
struct MoveBody: Sendable {
    let bytes: [UInt8]

    init(room: RoomID, oldVisitor: VisitorID, newVisitor: VisitorID) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        bytes += #"{"rid":"#.utf8
        Self.append(room.rawValue, to: &bytes)
        bytes += #","oldVisitorId":"#.utf8
        Self.append(oldVisitor.rawValue, to: &bytes)
        bytes += #","newVisitorId":"#.utf8
        Self.append(newVisitor.rawValue, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        self.bytes = bytes
    }

    /// A JSON string: RFC 8259 asks only for the quote, the backslash and the control characters to be escaped.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                bytes += #"\u00"#.utf8
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

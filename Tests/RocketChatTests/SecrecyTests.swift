import FoundationEssentials
import Model
import Testing

@testable import RocketChat

/// Spec 2.6: secrets never leave.
struct SecrecyTests {
    private static let secret = "hV-secret-token"

    @Test func `A token prints as redacted however it is printed`() {
        let credentials = Credentials(userID: "u", authToken: AuthToken(Self.secret))
        let record = VisitorRecord(id: VisitorID("v"), token: VisitorToken(Self.secret))
        let options = ClientOptions(proxy: "http://user:\(Self.secret)@proxy:3128")
        for value in [credentials, record, options, credentials.authToken] as [any Sendable] {
            var dumped = ""
            dump(value, to: &dumped)
            let printed = [dumped, "\(value)", String(reflecting: value), String(describing: Optional(value))]
            for text in printed {
                #expect(!text.contains(Self.secret))
                #expect(text.contains("redacted"))
            }
        }
    }

    @Test func `Tokens of visitors are compared and nothing else`() {
        #expect(VisitorToken("a") == VisitorToken("a"))
        #expect(VisitorToken("a") != VisitorToken("b"))
    }

    @Test func `A server that repeats the token does not get it into a detail`() {
        let reading = ReplyReading(route: .roomVisitor, token: AuthToken(Self.secret))
        let answer = Answer.failure("bad \(Self.secret)\(Self.secret) and \(Self.secret)", means: "")
        let head = ReplyHead(status: 400, mediaType: "application/json")
        let meaning: Meaning<Room> = reading.meaning(head, Data(answer.body.utf8)) { _ in .notOwner }
        #expect(meaning.detail == "bad <redacted><redacted> and <redacted>")
    }

    @Test func `A redirect is named by its host alone`() {
        let reading = ReplyReading(route: .roomVisitor, token: AuthToken(Self.secret))
        var head = ReplyHead(status: 302, mediaType: "text/html")
        head.location = "https://user:pw@login.example.org/start?session=abc"
        let meaning: Meaning<Room> = reading.meaning(head, Data()) { _ in .notOwner }
        #expect(meaning.outline == "stop proxy-refused")
        #expect(meaning.detail?.contains("https://login.example.org;") == true)
        #expect(meaning.detail?.contains("session") == false)
        #expect(meaning.detail?.contains("pw") == false)
    }

    @Test(arguments: [
        ("a\u{1B}[31mb", "a [31mb"), ("a\r\nb", "a  b"), ("a\u{202E}b", "a b"), ("a\u{2028}b", "a b"), ("ü🙂", "ü🙂"),
        ("a\u{0}b\u{7F}c\u{9B}d", "a b c d"), ("a\u{200B}b", "a b"),
    ])
    func `Words of a server cannot steer a terminal`(text: String, shown: String) {
        #expect(ServerText.clean(text) == shown)
    }

    @Test func `Words of a server are cut after the token is taken out`() {
        let text = String(repeating: "x", count: 190) + Self.secret + String(repeating: "y", count: 1000)
        let shown = ServerText.clean(text, without: Self.secret)
        #expect(shown.unicodeScalars.count == ServerText.limit + 1)
        #expect(!shown.contains("hV-"))
        let marked = ServerText.clean(Self.secret + "\u{301}!", without: Self.secret)
        #expect(marked.unicodeScalars.elementsEqual("<redacted>\u{301}!".unicodeScalars))
        let marks = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(ServerText.clean(marks).unicodeScalars.count == ServerText.limit + 1)
    }
}

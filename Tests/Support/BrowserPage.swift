import FoundationEssentials
import Subprocess

/// A page of a ``Browser``, driven over its debugging protocol: one command at a time, events noted on the way.
package struct BrowserPage {
    /// Errors and warnings of the console, exceptions, and dialogs: nothing that a quiet page has.
    package private(set) var complaints: [String] = []
    /// The addresses of everything that the page asked for, itself included.
    package private(set) var requests: [String] = []

    private var messages: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator
    private let send: (String) async throws -> Void
    private var session = ""
    private var commands = 0
    /// The documents that have loaded, by the number of their loading.
    private var loaded: Set<String> = []

    /// What went wrong in the browser, as it says it.
    package struct Failure: Error, CustomStringConvertible {
        package var description: String
    }

    init(
        _ messages: SubprocessOutputSequence.StringSequence<UTF8>.AsyncIterator,
        send: @escaping (String) async throws -> Void
    ) {
        self.messages = messages
        self.send = send
    }

    /// Goes to a file, loading it afresh whatever the fragment.
    package mutating func visit(_ path: String, fragment: String = "") async throws {
        try await go("about:blank")
        requests = []
        try await go("file://\(path)\(fragment.isEmpty ? "" : "#")\(fragment)")
    }

    /// Goes to the address of a page on a server.
    package mutating func visit(address: String) async throws {
        try await go(address)
    }

    package mutating func reload() async throws {
        let before = loaded
        try await call("Page.reload")
        while loaded == before {
            _ = try await next()
        }
    }

    private mutating func go(_ address: String) async throws {
        let loading = try await call("Page.navigate", #"{"url":\#(try quoted(address))}"#).loaderId ?? ""
        while !loaded.contains(loading) {
            _ = try await next()
        }
    }

    /// The value of an expression of the page, whose promise is waited for.
    package mutating func read<Value: Decodable>(_ expression: String, as type: Value.Type = Value.self) async throws
        -> Value
    {
        let wrapped = "(async () => JSON.stringify({value: await (\(expression))}))()"
        let answer = try await call(
            "Runtime.evaluate", #"{"expression":\#(try quoted(wrapped)),"awaitPromise":true,"returnByValue":true}"#)
        if let details = answer.exceptionDetails {
            throw Failure(description: "\(expression): \(details.exception?.description ?? details.text)")
        }
        guard let text = answer.result?.value else { throw Failure(description: "\(expression) has no value") }
        return try JSONDecoder().decode(Boxed<Value>.self, from: Data(text.utf8)).value
    }

    /// Types a text where the focus is, as a keyboard would.
    package mutating func type(_ text: String) async throws {
        try await call("Input.insertText", #"{"text":\#(try quoted(text))}"#)
    }

    /// Presses and lets go of a key without a text, such as Tab.
    package mutating func press(_ key: String, code: Int) async throws {
        for (kind, text) in [("keyDown", key == "Enter" ? #","text":"\r""# : ""), ("keyUp", "")] {
            try await call(
                "Input.dispatchKeyEvent",
                #"{"type":"\#(kind)","key":"\#(key)","code":"\#(key)","windowsVirtualKeyCode":\#(code)\#(text)}"#)
        }
    }

    /// Sends a command with its parameters as JSON, and waits for the answer.
    @discardableResult
    package mutating func call(_ method: String, _ parameters: String = "{}") async throws -> Answer {
        commands += 1
        let session = session.isEmpty ? "" : #","sessionId":"\#(session)""#
        try await send(#"{"id":\#(commands),"method":"\#(method)","params":\#(parameters)\#(session)}"#)
        while true {
            let message = try await next()
            guard message.id == commands else { continue }
            if let error = message.error { throw Failure(description: "\(method): \(error.message)") }
            return message.result ?? Answer()
        }
    }

    mutating func attach() async throws {
        let target = try await call("Target.createTarget", #"{"url":"about:blank"}"#).targetId ?? ""
        session = try await call("Target.attachToTarget", #"{"targetId":"\#(target)","flatten":true}"#).sessionId ?? ""
        for domain in ["Page", "Runtime", "Log", "Network"] {
            try await call("\(domain).enable")
        }
        try await call("Page.setLifecycleEventsEnabled", #"{"enabled":true}"#)
    }

    /// Ends the browser; it is over when it says no more.
    mutating func quit() async throws {
        session = ""
        try await send(#"{"id":0,"method":"Browser.close"}"#)
        while try await messages.next() != nil {}
    }

    private mutating func next() async throws -> Message {
        guard let text = try await messages.next() else { throw Failure(description: "the browser ended") }
        let message = try JSONDecoder().decode(Message.self, from: Data(text.utf8))
        switch message.method {
        case "Page.lifecycleEvent" where message.params?.name == "load":
            loaded.insert(message.params?.loaderId ?? "")
        case "Network.requestWillBeSent": requests.append(message.params?.request?.url ?? text)
        case "Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled": complaints.append(text)
        case "Page.javascriptDialogOpening":
            complaints.append(text)
            // Nothing else is answered while a dialog is open.
            try await send(
                #"{"id":0,"method":"Page.handleJavaScriptDialog","params":{"accept":true},"sessionId":"\#(session)"}"#)
        default: break
        }
        return message
    }

    private func quoted(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }
}

extension BrowserPage {
    /// What a command brought, as far as a test wants to know it.
    package struct Answer: Decodable {
        var targetId: String?
        var sessionId: String?
        var loaderId: String?
        var result: Result?
        var exceptionDetails: ExceptionDetails?
        /// The bytes of a picture or a document, in base 64.
        package var data: String?

        struct Result: Decodable {
            var value: String?
        }

        struct ExceptionDetails: Decodable {
            var text: String
            var exception: Exception?
        }

        struct Exception: Decodable {
            var description: String?
        }
    }

    private struct Message: Decodable {
        var id: Int?
        var method: String?
        var params: Parameters?
        var result: Answer?
        var error: Refusal?
    }

    private struct Parameters: Decodable {
        var request: Request?
        var name: String?
        var loaderId: String?
    }

    private struct Request: Decodable {
        var url: String
    }

    private struct Refusal: Decodable {
        var message: String
    }

    private struct Boxed<Value: Decodable>: Decodable {
        var value: Value
    }
}

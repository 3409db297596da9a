import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What other users of the machine and pages in its browsers try with a sandbox and with a rehearsal.
@Suite(.timeLimit(.minutes(3))) struct SandboxStrangerTests {
    private static let extremes = ["1e308", "-1e308", "1e999", "9223372036854775808", "-9223372036854775809"]

    /// One request by another user of the machine, who cannot read what belongs to the first one: status, then body.
    private func ask(_ folder: TemporaryDirectory, _ arguments: [String]) async throws -> String {
        let curl = ["/usr/bin/env", "curl", "-s", "-m", "20", "-w", "\n%{http_code}"] + arguments
        let become = Unprivileged.isSuperuser ? ["--reuid=65534", "--regid=65534", "--clear-groups"] : []
        let tool = Unprivileged.isSuperuser ? "/usr/bin/setpriv" : "/usr/bin/env"
        return try await Program(tool, in: folder.path).run(become + curl) { _ in }.output
    }

    /// Everything that is tried with the sandbox at an address by somebody without its key.
    private func attack(_ url: String, _ folder: TemporaryDirectory) async throws {
        let json = ["-H", "Content-Type: application/json"]
        let old = [
            "-H", "X-User-Id: aDmSandboxUser001", "-H", "X-Auth-Token: aDm0Sandbox0Token0000000000000000000000000A",
        ]
        let move = #"{"rid":"room0","oldVisitorId":"old0","newVisitorId":"old1"}"#
        var requests = [
            ["\(url)/sandbox/state"], ["\(url)/sandbox/log"], ["\(url)/sandbox/moves"], ["\(url)/sandbox/rooms/room0"],
            ["\(url)/sandbox/state", "-H", "X-Sandbox-Key: none"], ["-X", "DELETE", "\(url)/sandbox/rooms/room0"],
            ["\(url)/sandbox/move", "-d", "rid=room0&visitorId=thief"],
            ["\(url)/sandbox/move", "-d", #"{"rid":"room0","visitorId":"thief"}"#] + json,
            ["\(url)/sandbox/users", "-X", "PUT", "-d", #"{"username":"mgr","deleted":true}"#] + json,
            ["\(url)/api/v1/login", "-d", #"{"user":"adm","password":"adm"}"#] + json,
            ["\(url)/api/v1/rooms.info?roomId=room0"] + old,
            ["\(url)/api/v1/livechat/visitors.info?visitorId=old0"] + old,
            ["\(url)/api/v1/livechat/room.visitor", "-X", "PUT", "-d", move] + json + old,
        ]
        for number in Self.extremes {
            requests += [
                ["\(url)/sandbox/clock", "-X", "PUT", "-d", #"{"skewSeconds":\#(number)}"#] + json,
                ["\(url)/sandbox/pause", "-X", "PUT", "-d", #"{"milliseconds":\#(number)}"#] + json,
                ["\(url)/sandbox/rate-limit", "-X", "PUT", "-d", #"{"calls":\#(number),"seconds":\#(number)}"#] + json,
            ]
        }
        for request in requests {
            let answer = try await ask(folder, request)
            #expect(["401", "403", "404"].contains(String(answer.suffix(3))), "\(request): \(answer)")
            #expect(!answer.contains("old0") && !answer.contains("room0"), "\(request): \(answer)")
        }
        for host in ["evil.example.org", "127.0.0.1.evil.example.org"] {
            let answer = try await ask(folder, ["\(url)/health", "-H", "Host: \(host)"])
            #expect(answer.hasSuffix("421"), "\(answer)")
        }
    }

    @Test(.enabled("needs strace") { try await Strace.isPossible() })
    func `A rehearsal listens at no port, and leaves nothing of what it listens at`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\n" + (0..<40).map { "room\($0),old\($0),new\n" }.joined(), as: "mapping.csv")
        // The folder for temporary files is the same one here.
        let traced = try await Strace.run(
            ["rehearse", "mapping.csv", "--no-progress", "--log-level", "trace"], in: folder,
            calls: "bind,listen,connect")
        #expect(traced.ended.status == 0 && traced.ended.counts == ["merged": 40], "\(traced)")
        #expect(traced.calls.contains { $0.hasPrefix("bind") && $0.contains("AF_UNIX") }, "\(traced.calls)")
        #expect(!traced.calls.contains { $0.contains("AF_INET") }, "\(traced.calls)")
        #expect(try folder.names == ["mapping.csv", "mapping.csv.rehearsal-report", "mapping.csv.rehearsal.db"])
    }

    @Test func `A sandbox shows and does nothing for those who have not read its first line`() async throws {
        let folder = try TemporaryDirectory()
        let seed = """
            {"visitors":[{"_id":"old0","token":"secret"},{"_id":"old1"}],"rooms":[{"_id":"room0","visitorId":"old0"}]}
            """
        try folder.write(seed, as: "seed.json")
        let script = #"umask 077; exec "$0" sandbox --seed seed.json --rate-limit off --denial-delay 0 > startup"#
        let ended = try await Program("/bin/sh", in: folder.path).run(["-c", script, Program.path]) { process in
            _ = await eventually { (try? folder.text("startup"))?.contains("\n") ?? false }
            struct Line: Decodable {
                var url: String
                var controlKey: String
            }
            let line = try JSONDecoder().decode(Line.self, from: Data(folder.text("startup").utf8))
            try await attack(line.url, folder)
            let key = ["-H", "X-Sandbox-Key: \(line.controlKey)", "-H", "Content-Type: application/json"]
            for number in Self.extremes + ["31622401000", "0.0001e400"] {
                for (path, name) in [("clock", "skewSeconds"), ("pause", "milliseconds"), ("rate-limit", "seconds")] {
                    let body = #"{"calls":1,"\#(name)":\#(number)}"#
                    let answer = try await ask(folder, ["\(line.url)/sandbox/\(path)", "-X", "PUT", "-d", body] + key)
                    #expect(answer.hasSuffix("400"), "\(path) \(body): \(answer)")
                }
            }
            let state = try await ask(folder, ["\(line.url)/sandbox/state"] + key)
            #expect(state == #"{"rooms":{"room0":"old0"},"requestsDropped":0}"# + "\n200")
            try process.terminate()
        }
        #expect(ended.status == 0, "\(ended)")
    }

    @Test(arguments: [
        ["--clock-skew", "1e308"], ["--clock-skew=-1e308"], ["--clock-skew", "nan"], ["--clock-skew", "inf"],
        ["--clock-skew", "9223372036854775808"], ["--denial-delay", "1e308"], ["--denial-delay", "nan"],
        ["--denial-delay=-1"], ["--rate-limit", "9223372036854775808/1"], ["--rate-limit", "1/1e308"],
        ["--rate-limit", "1/nan"], ["--rate-limit", "9223372036854775807/60"], ["--rate-limit", "1/1e-308"],
        ["--port", "9223372036854775808"], ["--port=-1"], ["--fault", "gzip=1e308"], ["--fault", "gzip=nan"],
        ["--fault", "late-write=1,milliseconds=9223372036854775807"], ["--fault", "gzip=1,after=18446744073709551616"],
        ["--fault", "gzip=1,count=-9223372036854775808"],
    ])
    func `A number beyond reason is refused where it is given`(arguments: [String]) async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path).run(["sandbox"] + arguments) { _ in }
        ended.expectRefusal(64, naming: [arguments[0].split(separator: "=").first.map(String.init) ?? ""])
        let option = arguments.joined(separator: "=").split(separator: "=", maxSplits: 1)
        let name = "VISITOR_MERGE_" + option[0].dropFirst(2).uppercased().replacing("-", with: "_")
        let set = try await Program(in: folder.path, environment: [name: String(option[1])])("sandbox")
        set.expectRefusal(78, naming: [name])
    }

    @Test(.enabled(if: Browser.installed != nil, "no Chromium is installed: scripts/prepare tests"))
    func `A page of another site in a browser reads nothing and moves nothing`() async throws {
        let browser = try #require(Browser.installed)
        let page = "<!DOCTYPE html><meta charset=utf-8><title>another site</title><iframe name=frame></iframe>"
        try await Workspace.with(rooms: 2) { workspace in
            let url = workspace.address.url
            let manager = try #require(workspace.address.users.first { $0.username == "mgr" })
            let key = workspace.address.controlKey ?? ""
            // Also by a page that somehow knows everything.
            let secrets = """
                "X-Sandbox-Key": "\(key)", "X-User-Id": "\(manager.userID)", "X-Auth-Token": "\(manager.authToken)"
                """
            let move = #"JSON.stringify({rid: "room0", visitorId: "thief"})"#
            let put = #"JSON.stringify({rid: "room0", oldVisitorId: "old0", newVisitorId: "new"})"#
            let attempts = [
                #"fetch("\#(url)/sandbox/state")"#, #"fetch("\#(url)/sandbox/log")"#, #"fetch("\#(url)/api/info")"#,
                #"fetch("\#(url)/sandbox/state", {headers: {\#(secrets)}})"#,
                #"fetch("\#(url)/sandbox/state", {mode: "no-cors"})"#,
                #"fetch("\#(url)/sandbox/move", {method: "POST", body: new URLSearchParams({rid: "room0", visitorId: "thief"})})"#,
                #"fetch("\#(url)/sandbox/move", {method: "POST", mode: "no-cors", body: \#(move)})"#,
                #"fetch("\#(url)/sandbox/move", {method: "POST", headers: {"Content-Type": "application/json", \#(secrets)}, body: \#(move)})"#,
                #"fetch("\#(url)/api/v1/livechat/room.visitor", {method: "PUT", headers: {"Content-Type": "application/json", \#(secrets)}, body: \#(put)})"#,
                #"fetch("\#(url)/sandbox/rooms/room0", {method: "DELETE"})"#,
                #"navigator.sendBeacon("\#(url)/sandbox/move", new URLSearchParams({rid: "room0", visitorId: "thief"}))"#,
            ]
            try await HostileServer.with({ _ in [.send(answer("200 OK", page, type: "text/html"))] }) { site in
                try await browser.open(in: workspace.folder) { page async throws in
                    // The first differs in its port alone, the second is another site too.
                    for name in ["127.0.0.1", "localhost"] {
                        try await page.visit(address: "http://\(name):\(site.port)/")
                        for attempt in attempts {
                            let text: String = try await page.read(
                                """
                                Promise.resolve(\(attempt)).then((answer) => answer.text ? answer.text() : "", () => "")
                                """)
                            #expect(text == "", "\(name): \(attempt): \(text)")
                        }
                        let form: Bool = try await page.read(
                            """
                            new Promise((done) => {
                              const form = document.createElement("form");
                              form.method = "post"; form.action = "\(url)/sandbox/move"; form.target = "frame";
                              for (const [name, value] of [["rid", "room0"], ["visitorId", "thief"]]) {
                                const field = document.createElement("input");
                                field.name = name; field.value = value; form.append(field);
                              }
                              document.body.append(form);
                              document.querySelector("iframe").onload = () => done(true);
                              form.submit();
                            })
                            """)
                        #expect(form)
                    }
                }
            }
            #expect(workspace.sandbox.moves.isEmpty && workspace.sandbox.requestLog.isEmpty)
            #expect(workspace.sandbox.roomOwners == ["room0": "old0", "room1": "old1"])
        }
    }
}

import TestSupport

extension BrowserPage {
    /// The numbers of the lines that are shown, from top to bottom.
    var lines: [String] {
        mutating get async throws {
            try await read("[...document.querySelectorAll('#rows th')].map((head) => head.textContent)")
        }
    }

    /// How many lines were found, as the page tells it.
    var found: String {
        mutating get async throws { try await read("document.getElementById('found').textContent") }
    }

    mutating func click(_ selector: String) async throws {
        _ = try await read(
            "(document.querySelector(\"\(selector)\").focus(), document.querySelector(\"\(selector)\").click(), true)",
            as: Bool.self)
    }

    mutating func choose(_ id: String, _ value: String) async throws {
        _ = try await read(
            """
            (() => {
                const list = document.getElementById("\(id)");
                list.value = "\(value)";
                return list.dispatchEvent(new Event("change"));
            })()
            """, as: Bool.self)
    }

    /// Waits until the page says that something is so.
    mutating func eventually(_ condition: String) async throws -> Bool {
        for _ in 0..<500 {
            if try await read("new Promise((done) => setTimeout(() => done(\(condition)), 20))") { return true }
        }
        return false
    }
}

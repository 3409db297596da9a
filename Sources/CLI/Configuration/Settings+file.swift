import FoundationEssentials
import Glibc
import Sandbox

extension Settings {
    /// The configuration file of an invocation with its profile, or `nil` if there is none.
    ///
    /// A file that is named has to be there; one at a usual place may be missing.
    static func file(
        named path: String?, profile: Found?, variables: [String: String]
    ) throws -> ConfigFile? {
        guard let path = path ?? usualFiles(variables).first(where: isThere) else {
            guard let profile, !isVersion(profile) else { return nil }
            throw ConfigurationError(
                "\(profile.named("profile")) is '\(profile.text)', and there is no configuration file with profiles: name "
                    + "one with --config.")
        }
        var file = try ConfigFile(path)
        let choice =
            profile ?? file["profile"].map { Found(text: $0, source: .file(path: path, profile: nil)) }
        // The sandbox calls the version that it imitates a profile, too.
        if let choice, file.has(profile: choice.text) || !isVersion(choice) { try file.use(choice) }
        return file
    }

    /// Whether a value is meant for the sandbox; what the command line says is meant for the command.
    private static func isVersion(_ choice: Found) -> Bool {
        if case .option = choice.source { return false }
        return Profile(rawValue: choice.text) != nil
    }

    /// Where a file is looked for that nobody names: the user's own, then that of the machine.
    private static func usualFiles(_ variables: [String: String]) -> [String] {
        let name = "/visitor-merge/config.json"
        // The XDG specification says to ignore a relative path.
        let folder =
            variables["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            ?? variables["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.config" : nil }
        return [folder.map { $0 + name }, "/etc" + name].compactMap(\.self)
    }

    /// A link to nowhere counts as there: whoever made it wants a file to be read.
    private static func isThere(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }
}

extension Settings {
    /// Says which settings of the file are those of other commands alone: they do nothing here.
    func remarkOnOthers(than command: String?) {
        guard let command, let file else { return }
        for setting in Setting.all {
            guard let text = file[setting.name] else { continue }
            if let commands = setting.commands, !commands.contains(command) {
                Output.remark(
                    "'\(setting.name)' in \(file.path) does nothing here: it is a setting of "
                        + commands.joined(separator: " and ") + ", not of \(command).")
            } else if setting.name == "profile", command != "sandbox", file.profile == nil,
                Profile(rawValue: text) != nil
            {
                Output.remark(
                    "'profile' in \(file.path) does nothing here: it is the version that the sandbox imitates, and the "
                        + "file has no profile '\(text)'.")
            }
        }
    }

    /// A number that `seed` holds for a random sample; what names a file for the sandbox instead is told.
    func sampleSeed(_ given: Int?, in range: ClosedRange<Int>) throws -> Int? {
        guard given == nil, let found = find("seed") else { return given }
        guard Int(found.text) != nil || Double(found.text) != nil else {
            Output.remark("\(found.named("seed")) does nothing here: it names a file for the sandbox, and no sample.")
            return nil
        }
        return try optional(
            nil, "seed", expected: "a number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    /// The file that `seed` holds for the sandbox; the number of a sample instead is told.
    func sandboxSeed(_ given: String?) -> String? {
        guard given == nil, let found = find("seed") else { return given }
        if case .file = found.source, Double(found.text) != nil {
            Output.remark("\(found.named("seed")) does nothing here: it is the number of a sample, and no file.")
            return nil
        }
        return found.text
    }
}

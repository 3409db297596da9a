import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@testable import CLI

/// The manifests as this program understands them; `scripts/check-samples` compares them with Kubernetes' own schema.
@Suite(.enabled("needs python3-yaml: scripts/prepare tests") { try await YAML.isReadable() })
struct KubernetesSampleTests {
    /// What the tests read of a container and its volumes, in every kind of job.
    private struct Pod: Decodable {
        struct Container: Decodable {
            struct Variable: Decodable {
                var name: String
                var value: String
            }

            struct Mount: Decodable {
                var name: String
                var mountPath: String
                var readOnly: Bool?
            }

            struct Security: Decodable {
                var allowPrivilegeEscalation: Bool
                var readOnlyRootFilesystem: Bool
            }

            var name: String
            var command: [String]?
            var args: [String]
            var env: [Variable]
            var volumeMounts: [Mount]
            var securityContext: Security
        }

        struct Security: Decodable {
            var runAsNonRoot: Bool
            var fsGroup: Int
        }

        struct Volume: Decodable {
            struct Secret: Decodable {
                var defaultMode: Int
            }

            var name: String
            var secret: Secret?
        }

        var restartPolicy: String
        var terminationGracePeriodSeconds: Int
        var securityContext: Security
        var containers: [Container]
        var volumes: [Volume]
    }

    private struct Job: Decodable {
        struct Template: Decodable {
            var spec: Pod
        }

        struct Policy: Decodable {
            struct Rule: Decodable {
                struct Codes: Decodable {
                    var containerName: String
                    var `operator`: String
                    var values: [Int32]
                }

                var action: String
                var onExitCodes: Codes?
            }

            var rules: [Rule]
        }

        var completions: Int?
        var parallelism: Int?
        var podFailurePolicy: Policy
        var template: Template
    }

    private struct Manifest: Decodable {
        var kind: String
        var data: [String: String]?
    }

    private struct Nightly: Decodable {
        struct Spec: Decodable {
            struct Template: Decodable {
                var spec: Job
            }

            var concurrencyPolicy: String
            var jobTemplate: Template
        }

        var spec: Spec
    }

    private struct Indexed: Decodable {
        var spec: Job
    }

    private static func job(_ name: String) async throws -> Job {
        switch name {
        case "cronjob.yaml": try await YAML.sample(name, as: Nightly.self)[0].spec.jobTemplate.spec
        default: try await YAML.sample(name, as: Indexed.self)[0].spec
        }
    }

    @Test(arguments: ["cronjob.yaml", "indexed-job.yaml"])
    func `Only what may end otherwise when tried again is tried again`(name: String) async throws {
        let job = try await Self.job(name)
        let rule = try #require(job.podFailurePolicy.rules.first { $0.onExitCodes != nil })
        let codes = try #require(rule.onExitCodes)
        let again: Set<CLI.ExitStatus> = [.unreachable, .locked]
        let final = CLI.ExitStatus.allCases.filter { $0 != .settled && !again.contains($0) }.map(\.rawValue)
        #expect(codes.values == final && codes.operator == "In")
        #expect(rule.action == (name == "cronjob.yaml" ? "FailJob" : "FailIndex"))
        #expect(codes.containerName == job.template.spec.containers[0].name)
        #expect(job.template.spec.restartPolicy == "Never", "the policy needs it")
        #expect(job.template.spec.terminationGracePeriodSeconds > 30, "a drain takes up to half a minute")
    }

    @Test(arguments: [(0, false, 0), (1, false, 1), (2, false, 0), (65, false, 65), (69, false, 69), (2, true, 2)])
    func `A night that ends before the job has done its part, unless the pod was taken away`(
        status: Int32, isTakenAway: Bool, seen: Int32
    ) async throws {
        let container = try await Self.job("cronjob.yaml").template.spec.containers[0]
        let command = try #require(container.command)
        let folder = try TemporaryDirectory()
        try folder.write(
            """
            #!/bin/sh
            trap 'exit \(status)' TERM
            echo "$@" > begun
            \(isTakenAway ? "while :; do sleep 0.05; done" : "exit \(status)")
            """, as: "visitor-merge")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder("visitor-merge"))
        let path = ["PATH": "\(folder.path):/usr/bin:/bin"]
        let ended = try await Program(command[0], in: folder.path, environment: path)
            .run(Array(command.dropFirst()) + container.args) { process in
                guard isTakenAway else { return }
                _ = await eventually { FileManager.default.fileExists(atPath: folder("begun")) }
                try process.terminate()
            }
        #expect(ended.status == seen, "\(ended)")
        #expect(try folder.text("begun") == container.args.joined(separator: " ") + "\n")
    }

    @Test func `The parts are as many as the program is told`() async throws {
        let job = try await Self.job("indexed-job.yaml")
        let container = job.template.spec.containers[0]
        let parts = container.env.first { $0.name == "VISITOR_MERGE_SHARDS" }?.value
        #expect(parts == job.completions.map(String.init) && job.parallelism == job.completions)
        #expect(container.args.filter { $0.contains("$(JOB_COMPLETION_INDEX)") }.count == 2, "journal and report")
        let paths = container.args.compactMap { $0.split(separator: "=").last }.filter { $0.contains("$(") }
        #expect(Set(paths).count == 2)
    }

    @Test(
        .enabled("needs a user whom permissions bind") { try await Unprivileged.canRun() },
        arguments: ["cronjob.yaml", "indexed-job.yaml"])
    func `What the pods start moves each room once, with the token that their group may read`(name: String) async throws
    {
        let job = try await Self.job(name)
        let container = job.template.spec.containers[0]
        #expect(job.template.spec.securityContext.runAsNonRoot && container.securityContext.readOnlyRootFilesystem)
        try await Workspace.with(rooms: 12) { workspace in
            try Self.mount(job.template.spec, in: workspace)
            var environment = try await Self.environment(of: container, in: workspace)
            for index in 0..<(job.completions ?? 1) {
                environment["JOB_COMPLETION_INDEX"] = "\(index)"
                let arguments = container.args.map { argument in
                    ["/mapping/", "/state/"].reduce(argument.replacing("$(JOB_COMPLETION_INDEX)", with: "\(index)")) {
                        $0.replacing($1, with: workspace.folder.path + $1)
                    }
                }
                let ended = try await Unprivileged.run(arguments, in: workspace.folder, environment: environment)
                #expect(ended.status == 0, "\(ended)")
            }
            #expect(Set(workspace.puts).count == 12 && workspace.puts.count == 12)

            // As the head of the manifest says.
            let state = workspace.folder("state")
            let journals = try FileManager.default.contentsOfDirectory(atPath: state).filter {
                $0.hasSuffix(".journal.db")
            }
            #expect(journals.count == job.completions ?? 1)
            let allowed = ["VISITOR_MERGE_ALLOW_SHARED_FOLDER": "true"]
            let report = try await Program(in: state, environment: allowed).run(
                ["report"] + journals + ["--report", "all"]
            ) { _ in }
            #expect(report.status == 0 && report.counts["merged"] == 12, "\(report)")
        }
    }

    /// Makes a folder of each mount; those that can only be read belong to somebody else, as in a pod.
    private static func mount(_ pod: Pod, in workspace: Workspace) throws {
        let folder = workspace.folder
        for mount in pod.containers[0].volumeMounts {
            let path = folder(String(mount.mountPath.dropFirst()))
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            if mount.readOnly != true { Unprivileged.own(path) }
        }
        try FileManager.default.copyItem(atPath: folder("mapping.csv"), toPath: folder("mapping/mapping.csv"))
        let token = try folder.write(
            try #require(workspace.credentials["ROCKETCHAT_AUTH_TOKEN"]), as: "secret/rocketchat-auth-token")
        let mode = try #require(pod.volumes.first { $0.name == "secret" }?.secret?.defaultMode)
        if Unprivileged.isSuperuser { Unprivileged.own(token, group: Unprivileged.user) }
        try FileManager.default.setAttributes(
            [.posixPermissions: Unprivileged.isSuperuser ? mode : 0o400], ofItemAtPath: token)
    }

    /// The variables of a container, for this sandbox and at a pace for tests.
    private static func environment(
        of container: Pod.Container, in workspace: Workspace
    ) async throws -> [String: String] {
        var environment = Dictionary(uniqueKeysWithValues: container.env.map { ($0.name, $0.value) })
        let settings = try await YAML.sample("settings.yaml", as: Manifest.self).first { $0.kind == "ConfigMap" }
        let data = try #require(settings?.data)
        #expect(
            data.keys.sorted() == ["ROCKETCHAT_URL", "ROCKETCHAT_USER_ID", "VISITOR_MERGE_ALLOW_SHARED_FOLDER"])
        // The cluster makes the volumes writable for a group, in which the pod's user is alone.
        #expect(data["VISITOR_MERGE_ALLOW_SHARED_FOLDER"] == "true")
        for (key, value) in data { environment[key] = workspace.credentials[key] ?? value }
        environment["VISITOR_MERGE_AUTH_TOKEN_FILE"]?.insert(contentsOf: workspace.folder.path, at: "".startIndex)
        environment["VISITOR_MERGE_RATE"] = environment["VISITOR_MERGE_RATE"].map { "100\($0)" } ?? "unlimited"
        return environment
    }
}

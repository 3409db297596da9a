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
    func `What the pod starts moves the rooms, with the token that its group may read`(name: String) async throws {
        let job = try await Self.job(name)
        let settings = try await YAML.sample("settings.yaml", as: Manifest.self)
        try await Workspace.with(rooms: 3) { workspace in
            let folder = workspace.folder
            let pod = job.template.spec
            let container = pod.containers[0]
            #expect(pod.securityContext.runAsNonRoot && container.securityContext.readOnlyRootFilesystem)
            // Each mount becomes a folder; those that can only be read belong to somebody else, as in a pod.
            for mount in container.volumeMounts {
                let path = mount.mountPath.dropFirst()
                try FileManager.default.createDirectory(
                    atPath: folder(String(path)), withIntermediateDirectories: false)
                if mount.readOnly != true { Unprivileged.own(folder(String(path))) }
            }
            try FileManager.default.copyItem(
                atPath: folder("mapping.csv"), toPath: folder("mapping/mapping.csv"))
            let token = folder("secret/rocketchat-auth-token")
            try folder.write(
                try #require(workspace.credentials["ROCKETCHAT_AUTH_TOKEN"]), as: "secret/rocketchat-auth-token")
            let mode = try #require(pod.volumes.first { $0.name == "secret" }?.secret?.defaultMode)
            if Unprivileged.isSuperuser {
                Unprivileged.own(token, group: Unprivileged.user)
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: token)
            } else {
                try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: token)
            }

            var environment = Dictionary(uniqueKeysWithValues: container.env.map { ($0.name, $0.value) })
            let keys = try #require(settings.first { $0.kind == "ConfigMap" }?.data).keys
            #expect(keys.sorted() == ["ROCKETCHAT_URL", "ROCKETCHAT_USER_ID"])
            for key in keys { environment[key] = workspace.credentials[key] }
            environment["VISITOR_MERGE_AUTH_TOKEN_FILE"]?.insert(contentsOf: folder.path, at: "".startIndex)
            // One part of one: the sample's number is checked elsewhere.
            if environment["VISITOR_MERGE_SHARDS"] != nil { environment["VISITOR_MERGE_SHARDS"] = "1" }
            environment["JOB_COMPLETION_INDEX"] = "0"
            environment["VISITOR_MERGE_RATE"] = "unlimited"
            let arguments = container.args.map { argument in
                ["/mapping/", "/state/"].reduce(argument.replacing("$(JOB_COMPLETION_INDEX)", with: "0")) {
                    $0.replacing($1, with: folder.path + $1)
                }
            }
            let ended = try await Unprivileged.run(arguments, in: folder, environment: environment)
            #expect(ended.status == 0 && ended.counts["merged"] == 3, "\(ended)")
            #expect(workspace.sandbox.moves.count == 3)
            let written = try FileManager.default.contentsOfDirectory(atPath: folder("state"))
            #expect(written.contains { $0.hasSuffix(".journal.db") } && written.contains { $0.hasSuffix(".report") })
        }
    }
}

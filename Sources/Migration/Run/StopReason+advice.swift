import Model

extension StopReason {
    /// What an administrator can do about a server that lets nothing be moved; `nil` for reasons no server gives.
    func advice(for check: Examination.Check) -> String? {
        switch self {
        case .serverUnreachable:
            "See that the address is right and the server is up, and what is between: a firewall, a proxy (--proxy), "
                + "or a certificate of an authority that is not known here (--ca-file)."
        case .notRocketChat:
            "Give the address of the workspace itself, with its path prefix if it has one and without /api."
        case .proxyRefused:
            "Give the final address, or have whoever runs the proxy let these requests through; what it asks for goes into "
                + "its address (--proxy)."
        case .credentialsRejected:
            "Make a personal access token in the account settings of an active user, and see that user id and token "
                + "belong together."
        case .permissionMissing where check == .endpoint:
            "Give a role of the caller change-livechat-room-visitor (up to 6.4 view-l-room as well), or call as a "
                + "livechat-manager, who has both."
        case .permissionMissing:
            "Give a role of the caller the permission named above."
        case .versionTooNew:
            "There is no replacement: the clean-up belongs before the upgrade to 7.0. Where a copy of the workspace "
                + "from before it can be restored, merge there and upgrade that."
        case .endpointMissing where check == .version:
            "Upgrade the workspace to a version from 3.6 to 6.13, then merge."
        case .endpointMissing:
            "See that the address is that of the workspace and no proxy blocks PUT. If the endpoint is gone because of "
                + "an upgrade: it was removed in 7.0, and the clean-up belongs before that."
        case .deprecationThrows:
            "Unset ROCKET_CHAT_DEPRECATION_THROW_ERRORS_FOR_VERSIONS_UNDER in the server's environment, or set it to a "
                + "version below 7.0.0, and restart the server."
        case .signal, .tooManyFailures, .diskFull, .journalFailed, .durationReached, .windowClosed,
            .maxMovesReached, .notConfirmed:
            nil
        }
    }
}

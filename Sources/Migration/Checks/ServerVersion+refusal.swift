package import Model
package import RocketChat

extension ServerVersion {
    /// Why this version cannot move rooms, or `nil` if it can (TheServer, "Versions").
    package var refusal: Stop? {
        if isPastEndpoint {
            return Stop(
                .versionTooNew,
                "the server runs Rocket.Chat \(self), and the endpoint that moves rooms was removed in 7.0: "
                    + "duplicates have to be merged before the upgrade")
        }
        guard hasEndpoint else {
            return Stop(
                .endpointMissing,
                "the server runs Rocket.Chat \(self), and the endpoint that moves rooms came with 3.6")
        }
        return nil
    }
}

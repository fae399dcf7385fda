import ArgumentParser

/// The keys that a command is about, by their IDs.
struct KeyArguments: ParsableArguments {
    @Argument(help: "The IDs of the keys.")
    var ids: [String]

    func validate() throws {
        guard !ids.contains(where: { $0.hasPrefix("lm_") }) else {
            throw ValidationError("An ID is the 12 characters behind 'lm_', and not the whole key, which is a secret.")
        }
    }
}

import Domain
import Testing

@Suite("Texts of errors")
struct ErrorTextTests {
    @Test(
        "Sentences are ordered: what failed, what was stored, what to do; a text of one sentence has no full stop",
        arguments: [
            (nil, nil, nil, "R failed"), ("Nothing was stored", nil, nil, "R failed. Nothing was stored."),
            (nil, "Retry", nil, "R failed. Retry."), ("Nothing was stored", "Retry", nil, "R failed. Nothing was stored. Retry."),
            ("Nothing was stored", nil, "Ask", "R failed. Nothing was stored. Ask."), (nil, nil, "Ask", "R failed. Ask."),
            ("Nothing was stored", "Retry", "Ask", "R failed. Nothing was stored. Retry."),
        ] as [(String?, String?, String?, String)])
    func order(stored: String?, own: String?, advice: String?, text: String) {
        #expect(ErrorText("R failed", advice: own).sentences(stored: stored, advice: advice) == text)
    }

    @Test("The description has the failure and its own advice, and a literal is a failure without advice")
    func description() {
        #expect("\(ErrorText("R failed", advice: "Retry"))" == "R failed. Retry.")
        let literal: ErrorText = "R failed \(2) times"
        #expect(literal == ErrorText("R failed 2 times") && literal.advice == nil)
    }
}

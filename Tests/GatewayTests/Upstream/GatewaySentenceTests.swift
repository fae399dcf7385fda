import Domain
import RegistryClient
import Testing

@testable import Gateway

@Suite("Sentences of the gateway about failed requests")
struct GatewaySentenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let error: UpstreamError
        let status: Int
        let code: String
        let message: String

        var testDescription: String { message }

        private static let update = "Update the credential with 'docker-cloud repository update'."

        static let all = [
            Row(error: .unreachable("R failed"), status: 502, code: "UNKNOWN", message: "R failed"),
            Row(error: .failed("R failed (500)", retryAfter: nil), status: 502, code: "UNKNOWN", message: "R failed (500)"),
            Row(
                error: .untrusted(ErrorText("TLS failed", advice: "Trust it")), status: 502, code: "UNKNOWN",
                message: "TLS failed. Trust it."),
            Row(
                error: .unknownHost(ErrorText("R does not exist", advice: "Check it")), status: 502, code: "UNKNOWN",
                message: "R does not exist. Check it."),
            Row(error: .timedOut("R did not respond in time"), status: 504, code: "UNKNOWN", message: "R did not respond in time"),
            Row(
                error: .loginRefused(LoginRefusal(reason: "R rejected the stored user name and password (401 Unauthorized)")), status: 403,
                code: "DENIED", message: "R rejected the stored user name and password (401 Unauthorized). \(update)"),
            Row(
                error: .denied("R denied access (403 Forbidden)"), status: 403, code: "DENIED",
                message: "R denied access (403 Forbidden). Check the rights of this user at the registry."),
            Row(
                error: .forbidden(ErrorText("R is not allowed yet", advice: "Ask an administrator")), status: 403, code: "DENIED",
                message: "R is not allowed yet. Ask an administrator."),
            Row(
                error: .throttled("R limits the rate of requests (429 Too Many Requests)", retryAfter: "5"), status: 429,
                code: "TOOMANYREQUESTS", message: "R limits the rate of requests (429 Too Many Requests). Try again later."),
            Row(
                error: .limited(LimitReached(.lookups, of: .account, retryAfter: 5)), status: 503, code: "UNAVAILABLE",
                message: "The server's limit for one account on simultaneous DNS look-ups is reached. The request was not sent to the "
                    + "registry. Try again in 5 s."),
            Row(
                error: .abandoned, status: 400, code: "BLOB_UPLOAD_INVALID",
                message: "The upload ended early. Nothing was stored. Try again."),
        ]
    }

    @Test("An error has its status, its code, and sentences about the failure and what to do", arguments: Row.all)
    func errors(row: Row) {
        let error = GatewayError(row.error)
        #expect(error.status == row.status && error.code == row.code && error.message == row.message)
    }

    @Test("An anonymous request that the registry denies is reported with the command that stores a credential")
    func anonymous() {
        let error = GatewayError.withoutCredential("R denied anonymous access to the repository (401 Unauthorized)")
        #expect(error.status == 403 && error.code == "DENIED")
        #expect(
            error.message == "R denied anonymous access to the repository (401 Unauthorized). Store a user name and a password with "
                + "'docker-cloud repository update'.")
    }
}

import Domain
import HTTPSupport
import HTTPTypes
import Testing

@Suite("Content negotiation")
struct ContentNegotiationTests {
    private func check(_ name: HTTPField.Name, _ values: [String]) throws {
        var headers = HTTPFields()
        headers[values: name] = values
        try ContentNegotiation.check(headers)
    }

    @Test(
        "JSON is accepted under all its media types",
        arguments: [
            [], ["*/*"], ["application/json"], ["application/*"], ["Application/JSON"], ["application/json; charset=utf-8"],
            ["text/html, application/json;q=0.1"], ["text/html, */*; q=0.01"], ["text/html", "application/json"], ["*/*;q=1.0"],
            ["application/json;q=0.001"], [" application/json "], [""], ["application/json;q=x"],
        ])
    func accepted(_ values: [String]) throws {
        try check(.accept, values)
    }

    @Test(
        "A client that does not accept JSON gets 415 and the reason",
        arguments: [
            ["text/html"], ["text/html, application/xml;q=0.9"], ["application/json;q=0"], ["application/json;q=0.0"],
            ["*/*;q=0.000"], ["application/json; q=0"], ["application/jsonp"], ["text/*"], ["image/png", "text/plain"], ["json"],
            ["application/json;q=0, text/html"], ["application/vnd.api+json"],
        ])
    func notAcceptable(_ values: [String]) {
        #expect { try check(.accept, values) } throws: { ($0 as? ResponseError)?.status == 415 }
    }

    @Test(
        "A body is JSON in UTF-8, with or without a Content-Type",
        arguments: [
            [], ["application/json"], ["APPLICATION/JSON"], ["application/json; charset=utf-8"], ["application/json;charset=UTF-8"],
            ["application/json; charset=\"utf-8\""], ["application/json;charset=utf8"], ["application/json; odata=verbose"],
        ])
    func types(_ values: [String]) throws {
        try check(.contentType, values)
    }

    @Test(
        "A body with another Content-Type, or with two, is rejected",
        arguments: [
            ["text/plain"], ["text/html"], ["application/x-www-form-urlencoded"], ["multipart/form-data; boundary=x"], ["application/xml"],
            ["application/json; charset=utf-16"], ["application/json;charset=iso-8859-1"], ["application/json;charset="],
            ["application/json", "application/json"], ["application/json", "text/plain"], ["application/json, application/json"], [""],
            ["*/*"], ["application/json-patch+json"],
        ])
    func otherTypes(_ values: [String]) {
        #expect { try check(.contentType, values) } throws: { ($0 as? ResponseError)?.status == 415 }
    }
}

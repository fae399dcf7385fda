import AsyncHTTPClient
import DockerCloud
import FakeCloud
import Logging

extension FakeCloud {
    func client(
        namespace: String? = nil, key: String = "lm_key", timeout: Duration = .seconds(60), httpClient: HTTPClient? = nil,
        logger: Logger? = nil
    ) throws -> DockerCloudClient {
        try DockerCloudClient(
            host: CloudHost(url + "/"), authorization: .basic(user: "alice", key: key), namespace: namespace, userAgent: "tests/1",
            timeout: timeout, httpClient: httpClient, logger: logger)
    }
}

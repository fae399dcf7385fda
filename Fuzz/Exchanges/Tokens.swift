/// Pieces of exchanges that mutations insert.
enum Tokens {
    static let directives = [
        "> call get", "> call head", "> call post 10", "> call put 100", "> call delete", "> call patch 20000", "> call patch 300000",
        "> call patch 50000 unknown", "> call patch 50000 broken", "> call patch 50000 dripping", "> call patch 4000000", "> call follow",
        "> call meet", "> call verify", "> call push", "> call get slow", "> call get first", "> call get leave", "> call get cancel",
        "> call patch 300000 cancel", "> call patch 300000 unknown slow", "> fresh", "> respond once", "> respond head", "> respond body",
        "> cut", "> cut", "> cut", "> pause", "> pause", "> read", "> close", "> close", "> reset", "> finish", "> times 3", "> times 12",
    ]

    static let fields = [
        "Content-Length: 0", "Content-Length: 2", "Content-Length: 5, 5", "Content-Length: -1", "Content-Length: 9223372036854775807",
        "Content-Length : 2", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding:", "Connection: close", "Connection: keep-alive", "Connection: upgrade",
        "Upgrade: websocket", "Content-Encoding: gzip", "Location: /v2/team/app/blobs/uploads/2", "Location: http://$AUTHORITY/v2/x",
        "Location: //", "Trailer: X", "X: \\", "X:", ":", "\tfolded", "X: a\\rb", "X: a\\nb", "X: a\\0b", "\\xFF: \\xFF",
        "WWW-Authenticate: Basic realm=\"r\"", "WWW-Authenticate: Bearer realm=\"http://$AUTHORITY/token\",service=\"s\"",
        "Keep-Alive: timeout=0", "Expect: 100-continue", "Proxy-Connection: close", "Docker-Content-Digest: sha256:00", "", "",
    ]

    static let heads = [
        "HTTP/1.1 200 OK", "HTTP/1.1 100 Continue", "HTTP/1.1 101 Switching Protocols", "HTTP/1.1 103 Early Hints",
        "HTTP/1.1 204 No Content",
        "HTTP/1.1 304 Not Modified", "HTTP/1.1 307 Temporary Redirect", "HTTP/1.1 401 Unauthorized", "HTTP/1.1 404 Not Found",
        "HTTP/1.1 500 Oops", "HTTP/1.1 000 X", "HTTP/1.1 099 X", "HTTP/1.1 199 X", "HTTP/1.1 600 X", "HTTP/1.1 999 X", "HTTP/1.0 200 OK",
        "HTTP/1.0 200", "HTTP/2.0 200 OK", "HTTP/0.9 200 OK", "ICY 200 OK", "PRI * HTTP/2.0", "GET / HTTP/1.1", "HTTP/1.1 202 Accepted\n\n",
        "HTTP/1.1 100 Continue\n\n", "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}\\",
    ]

    static let pieces = [
        "\\r", "\\n", "\\0", "\\r\\n", "\\r\\n\\r\\n", "\\n\\n", "\\", "0\n\n", "2\n{}\n", "ffffffffffffffff", "-1", ";a=b", ";a=\"\\n\"",
        " ", "\t",
        "\\xFF", "\\x80", ",", ":", "HTTP/1.1", "$AUTHORITY", "{\"errors\":[{\"code\":\"DENIED\"}]}", "{\"token\":\"t\",\"expires_in\":1}",
    ]

    static let numbers = [
        "0", "1", "2", "3", "9", "10", "15", "16", "17", "99", "100", "101", "102", "199", "200", "204", "255", "256", "299", "300", "304",
        "401",
        "404", "500", "599", "600", "999", "1000", "4095", "4096", "8191", "8192", "16384", "65535", "65536", "2147483647", "2147483648",
        "4294967295", "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "-1",
        "-0",
        "00", "0x10", "1e3", "000000000000000000002",
    ]
}

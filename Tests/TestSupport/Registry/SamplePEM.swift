/// Certificates as texts, for what only reads them.
package enum SamplePEM {
    /// An authority of nobody's.
    package static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBijCCAS+gAwIBAgIUFmwI+D6KGvFec4YjkGcFnI0D8JQwCgYIKoZIzj0EAwIw
        GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjYxMTI0MDcwMzAxWhgPMjEy
        NjEwMzEwNzAzMDFaMBkxFzAVBgNVBAMMDlRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAExZuBG98L6EV4pqk6648AKXNCSu902dwKjU3MPVw5
        b8ScYKGZFhe86oXJUKu1ilOylYonhQvvJ0z82AjokdMoyaNTMFEwHQYDVR0OBBYE
        FEoTgCVXQnNNpGfdlO+HHQGp5heAMB8GA1UdIwQYMBaAFEoTgCVXQnNNpGfdlO+H
        HQGp5heAMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAL0N1X/K
        w76mJzbXQFQ8mK1R5kuhyj0AiBPXgsydyrx7AiEA44jym9XcyKGsNhcjUYhK5fKq
        8ZQEI9JvhOLgNn0ir9c=
        -----END CERTIFICATE-----

        """
}

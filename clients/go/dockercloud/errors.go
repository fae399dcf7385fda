package dockercloud

import (
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// HttpError is an error response of the server.
type HttpError struct {
	// Status is the status line, such as "404 Not Found".
	Status     string
	StatusCode int
	// Message is the body of the response. Reason returns the message in it.
	Message []byte
	// Method and URL are those of the request.
	Method, URL string
	// RequestID is the ID of the request in the server's log.
	RequestID string
	// RetryAfter is the time to wait before a retry; zero if the server sent none.
	RetryAfter time.Duration
}

// Reason returns the server's message, or the start of a body that is not a response of this API.
func (e HttpError) Reason() string {
	var body struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(e.Message, &body) == nil && body.Error != "" {
		return body.Error
	}
	return fmt.Sprintf("the response is not one of this API, but %s", beginning(e.Message))
}

func (e HttpError) Error() string {
	text := fmt.Sprintf("Failed API call: %s (%s %s): %s", e.Status, e.Method, e.URL, strings.TrimSuffix(e.Reason(), "."))
	switch e.StatusCode {
	case http.StatusUnauthorized:
		return text + ". Check DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY, or dockercloud.User and dockercloud.ApiKey"
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if e.RetryAfter > 0 {
			return fmt.Sprintf("%s. Try again in %s", text, e.RetryAfter)
		}
		return text + ". Try again later"
	}
	return text
}

// ConfigurationError reports a missing or invalid setting. Nothing was sent.
type ConfigurationError struct{ Reason string }

func (e *ConfigurationError) Error() string {
	return "The client is not configured: " + e.Reason
}

// InvalidNameError reports a text that cannot be part of a path of the API. Nothing was sent.
type InvalidNameError struct{ Name string }

func (e *InvalidNameError) Error() string {
	return fmt.Sprintf("%q is not a name of this API: write a repository as registry.example/team/image. Nothing was sent", e.Name)
}

// InvalidResponseError reports a response that is not a response of this API.
type InvalidResponseError struct{ Method, URL, Reason string }

func (e *InvalidResponseError) Error() string {
	return fmt.Sprintf("The response to %s %s cannot be used: %s. "+
		"Check that the address is that of a Docker Cloud server, and what a proxy before it does", e.Method, e.URL, e.Reason)
}

// RedirectError reports a redirect. It was not followed, because the API key would be sent along.
type RedirectError struct {
	StatusCode int
	Location   string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("The server redirects (%d) to %q. The redirect was not followed, as the API key would go along. "+
		"If the new address is right, set DOCKERCLOUD_REST_HOST to it", e.StatusCode, e.Location)
}

// NotReachableError reports that connecting to the server failed or that the connection was lost.
type NotReachableError struct {
	Host string
	Err  error
}

func (e *NotReachableError) Error() string {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var other x509.HostnameError
	switch {
	case errors.As(e.Err, &unknown), errors.As(e.Err, &invalid):
		return fmt.Sprintf("%s has no certificate that is trusted here: %v. Set SSL_CERT_FILE to the certificate of its authority",
			e.Host, e.Err)
	case errors.As(e.Err, &other):
		return fmt.Sprintf("%s has a certificate of another host: %v. Check the address", e.Host, e.Err)
	}
	return fmt.Sprintf("%s cannot be reached: %v. Check the address and that the server is running", e.Host, e.Err)
}

func (e *NotReachableError) Unwrap() error { return e.Err }

// TimeoutError reports that the server did not respond in time.
type TimeoutError struct {
	Method, URL string
	Err         error
}

func (e *TimeoutError) Error() string {
	text := fmt.Sprintf("No response to %s %s in time", e.Method, e.URL)
	if e.Method != http.MethodGet {
		text += ". The server may still complete the request: look before the next try"
	}
	return text + ". Check the server, or allow it more time"
}

func (e *TimeoutError) Unwrap() error { return e.Err }

// Timeout reports true, as a net.Error does for a time-out.
func (e *TimeoutError) Timeout() bool { return true }

func beginning(body []byte) string {
	text := strings.Join(strings.Fields(string(body[:min(len(body), 1000)])), " ")
	if text == "" {
		return "empty"
	}
	return fmt.Sprintf("%q", text[:min(len(text), 120)])
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}

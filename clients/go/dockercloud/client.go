package dockercloud

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxRetries  = 3
	maxWait     = 30 * time.Second
	maxResponse = 64 << 20
)

// A Client sends requests to one server for one account. Its methods are safe for concurrent use.
type Client struct {
	// BaseURL is the server, such as https://cloud.example.
	BaseURL string
	// AuthHeader is the value of the Authorization header.
	AuthHeader string
	// Namespace is the user or organization whose namespace requests use; empty for the account's own namespace.
	Namespace string
	// UserAgent is the value of the User-Agent header.
	UserAgent string
	// HTTP sends the requests. It must not follow redirects: see DefaultHTTPClient.
	HTTP *http.Client
}

// DefaultHTTPClient keeps connections open, follows no redirects and has a time limit of 90 seconds per request. Registering a
// repository may take 45 seconds.
var DefaultHTTPClient = &http.Client{
	Transport:     http.DefaultTransport.(*http.Transport).Clone(),
	Jar:           newJar(),
	Timeout:       90 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func newJar() http.CookieJar {
	jar, _ := cookiejar.New(nil) // never fails with these options
	return jar
}

// NewClient returns a client with the settings of the package's variables and the environment.
func NewClient() (*Client, error) {
	header, err := authorization()
	if err != nil {
		return nil, err
	}
	return &Client{BaseURL: BaseUrl, AuthHeader: header, Namespace: Namespace, UserAgent: userAgent, HTTP: DefaultHTTPClient}, nil
}

// call sends a request and returns the body of the response. It retries after a 429 or 503 response, with which the server has changed
// nothing.
func (c *Client) call(ctx context.Context, method, path string, body []byte) ([]byte, error) {
	root, err := c.root()
	if err != nil {
		return nil, err
	}
	if !isPrintable(c.AuthHeader) {
		return nil, &ConfigurationError{Reason: "the credential cannot be sent, because it is empty, or has control characters " +
			"or characters outside ASCII. Check DOCKERCLOUD_AUTH or dockercloud.AuthHeader"}
	}
	for attempt := 0; ; attempt++ {
		data, err := c.send(ctx, method, root+strings.TrimPrefix(path, "/api/"), body)
		var failure HttpError
		if !errors.As(err, &failure) || attempt == maxRetries {
			return data, err
		}
		if failure.StatusCode != http.StatusTooManyRequests && failure.StatusCode != http.StatusServiceUnavailable {
			return data, err
		}
		delay := failure.RetryAfter
		if delay == 0 {
			delay = time.Second << attempt
		}
		if delay > maxWait {
			return data, err
		}
		if err := wait(ctx, delay); err != nil {
			return nil, transportError(method, failure.URL, err)
		}
	}
}

func isPrintable(text string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}

func wait(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) send(ctx context.Context, method, address string, body []byte) ([]byte, error) {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	request, err := http.NewRequestWithContext(ctx, method, address, reader)
	if err != nil {
		return nil, &ConfigurationError{Reason: "the request cannot be made: check the server's address"}
	}
	request.Header.Set("Authorization", c.AuthHeader)
	request.Header.Set("Accept", "application/json")
	if c.UserAgent != "" {
		request.Header.Set("User-Agent", c.UserAgent)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	client := c.HTTP
	if client == nil {
		client = DefaultHTTPClient
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, transportError(method, address, err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxResponse))
	if Debug {
		log.Printf("%s %s: %s", method, address, response.Status)
	}
	if err != nil {
		return nil, transportError(method, address, err)
	}
	return data, check(request, response, data)
}

func check(request *http.Request, response *http.Response, data []byte) error {
	switch code := response.StatusCode; {
	case code >= 200 && code <= 299:
		return nil
	case code >= 300 && code <= 399:
		return &RedirectError{StatusCode: code, Location: response.Header.Get("Location")}
	}
	return HttpError{
		Status: response.Status, StatusCode: response.StatusCode, Message: data, Method: request.Method,
		URL: request.URL.Redacted(), RequestID: response.Header.Get("X-Request-Id"),
		RetryAfter: retryAfter(response.Header.Get("Retry-After")),
	}
}

// retryAfter parses a number of seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
func retryAfter(value string) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 30); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil && time.Until(date) > 0 {
		return time.Until(date).Round(time.Second)
	}
	return 0
}

func transportError(method, address string, err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return fmt.Errorf("%s %s was cancelled: %w", method, address, err)
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &TimeoutError{Method: method, URL: address, Err: err}
	}
	host, _, _ := strings.Cut(address, "/api/")
	return &NotReachableError{Host: host, Err: err}
}

// root returns the server's address up to /api/.
func (c *Client) root() (string, error) {
	if c.BaseURL == "" {
		return "", &ConfigurationError{Reason: "no server is named. Set DOCKERCLOUD_REST_HOST or dockercloud.BaseUrl, " +
			"for example to https://cloud.example"}
	}
	address, err := url.Parse(c.BaseURL)
	// The error does not repeat the text, because it may contain a password.
	if err != nil || (address.Scheme != "http" && address.Scheme != "https") || address.Hostname() == "" ||
		address.User != nil || address.RawQuery != "" || address.Fragment != "" {
		return "", &ConfigurationError{Reason: "the server's address cannot be used. Set DOCKERCLOUD_REST_HOST or " +
			"dockercloud.BaseUrl to https://cloud.example or http://127.0.0.1:8080, without a user name and without a query"}
	}
	return apiRoot(c.BaseURL), nil
}

func apiRoot(host string) string {
	return strings.TrimSuffix(strings.TrimRight(host, "/"), "/api") + "/api/"
}

// collection returns the path of the collection of one kind of object.
func (c *Client) collection(subsystem, endpoint string) (string, error) {
	if c.Namespace == "" {
		return "/api/" + subsystem + "/v1/" + endpoint + "/", nil
	}
	if strings.ContainsAny(c.Namespace, "/?#%") || c.Namespace == "." || c.Namespace == ".." {
		return "", &InvalidNameError{Name: c.Namespace}
	}
	return "/api/" + subsystem + "/v1/" + url.PathEscape(c.Namespace) + "/" + endpoint + "/", nil
}

// member returns the path of one object, from its name or its resource URI.
func (c *Client) member(subsystem, endpoint, name string) (string, error) {
	isURI := strings.HasPrefix(name, "/api/")
	var segments []string
	for _, segment := range strings.Split(strings.Trim(name, "/"), "/") {
		if segment == "" || segment == "." || segment == ".." {
			return "", &InvalidNameError{Name: name}
		}
		// The server refuses names with characters that have to be percent-encoded.
		segments = append(segments, url.PathEscape(segment))
	}
	path := strings.Join(segments, "/") + "/"
	if isURI {
		return "/" + path, nil
	}
	root, err := c.collection(subsystem, endpoint)
	return root + path, err
}

// exchange sends a value and decodes the response into another; either may be nil.
func (c *Client) exchange(ctx context.Context, method, path string, sent, received any) error {
	var body []byte
	if sent != nil {
		var err error
		if body, err = json.Marshal(sent); err != nil {
			return err
		}
	}
	data, err := c.call(ctx, method, path, body)
	if err != nil {
		return err
	}
	if received == nil {
		if len(data) == 0 {
			return nil
		}
		// A page of a proxy must not count as success.
		received = &struct{}{}
	}
	return c.decode(method, path, data, received)
}

func (c *Client) decode(method, path string, data []byte, value any) error {
	isObject := bytes.HasPrefix(bytes.TrimSpace(data), []byte("{"))
	if !isObject || json.Unmarshal(data, value) != nil {
		return &InvalidResponseError{Method: method, URL: path, Reason: "it is not the JSON of this API but " + beginning(data)}
	}
	return nil
}

// list fetches all pages of a list. Its Meta is that of the first page.
func list[Object any](ctx context.Context, c *Client, subsystem, endpoint string, filters url.Values) (Meta, []Object, error) {
	path, err := c.collection(subsystem, endpoint)
	if err != nil {
		return Meta{}, nil, err
	}
	if len(filters) > 0 {
		path += "?" + filters.Encode()
	}
	var first Meta
	objects := []Object{}
	for seen := map[string]bool{}; ; {
		var page struct {
			Meta    *Meta     `json:"meta"`
			Objects *[]Object `json:"objects"`
		}
		if err := c.exchange(ctx, http.MethodGet, path, nil, &page); err != nil {
			return Meta{}, nil, err
		}
		if page.Meta == nil || page.Objects == nil {
			return Meta{}, nil, &InvalidResponseError{Method: http.MethodGet, URL: path, Reason: "it is not a list"}
		}
		if len(seen) == 0 {
			first = *page.Meta
		}
		objects = append(objects, *page.Objects...)
		seen[path] = true
		next := page.Meta.Next
		if next == "" {
			return first, objects, nil
		}
		if !strings.HasPrefix(next, "/api/") || seen[next] {
			return Meta{}, nil, &InvalidResponseError{Method: http.MethodGet, URL: path,
				Reason: fmt.Sprintf("its next page, %q, is not a further one of this API", next)}
		}
		path = next
	}
}

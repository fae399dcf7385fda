// Package dockercloud is a client of Docker Cloud's API for external repositories. It has the same names as Docker Cloud's own Go SDK,
// and uses only the standard library.
//
// The functions of the package take the account, server and namespace from its variables or the environment. A program with several
// accounts, contexts or filters uses a Client.
package dockercloud

import (
	"context"
	"encoding/base64"
	"os"
)

const version = "0.1.0"

// The settings of the package's functions. Set them before the first call, because calls read them without a lock.
var (
	// User is the account's name. If it is empty, DOCKERCLOUD_USER is used.
	User string
	// ApiKey is the account's API key. If ApiKey and Password are empty, DOCKERCLOUD_APIKEY is used.
	ApiKey string
	// Password is used if ApiKey is empty. If there is no other key or password, DOCKERCLOUD_PASS is used.
	Password string
	// BasicAuth is the base64 encoding of "user:key".
	BasicAuth string
	// AuthHeader is a complete value of the Authorization header. It takes precedence over all other credentials.
	AuthHeader string
	// Namespace is the user or organization whose namespace requests use; empty for the account's own namespace.
	Namespace = os.Getenv("DOCKERCLOUD_NAMESPACE")
	// BaseUrl is the server, such as https://cloud.example, with or without a trailing /api/. There is no default.
	BaseUrl = hostOfEnvironment()
	// Debug logs the method, the URL and the status of each request, but no credentials.
	Debug bool

	userAgent = "go-dockercloud/" + version
)

// SetUserAgent puts a product name before the client's own in the User-Agent header, and returns the complete value.
func SetUserAgent(name string) string {
	userAgent = name + " go-dockercloud/" + version
	return userAgent
}

// SetBaseUrl takes the server from DOCKERCLOUD_REST_HOST, and returns it.
func SetBaseUrl() string {
	if host := hostOfEnvironment(); host != "" {
		BaseUrl = host
	}
	return BaseUrl
}

func hostOfEnvironment() string {
	if host := os.Getenv("DOCKERCLOUD_REST_HOST"); host != "" {
		return apiRoot(host)
	}
	return ""
}

// LoadAuth computes AuthHeader from the other variables or the environment. Other functions do this themselves.
func LoadAuth() error {
	header, err := authorization()
	if err == nil {
		AuthHeader = header
	}
	return err
}

// IsAuthenticated reports whether AuthHeader is set.
func IsAuthenticated() bool {
	return AuthHeader != ""
}

// DockerCloudCall sends a request to a path below /api/ and returns the body of the response.
func DockerCloudCall(url string, requestType string, requestBody []byte) ([]byte, error) {
	client, err := NewClient()
	if err != nil {
		return nil, err
	}
	if requestType == "GET" || requestType == "DELETE" {
		requestBody = nil
	}
	return client.call(context.Background(), requestType, "/api/"+url, requestBody)
}

// authorization selects the credential. ~/.docker/config.json is not read: its logins belong to other servers.
func authorization() (string, error) {
	user := either(User, os.Getenv("DOCKERCLOUD_USER"))
	secret := either(ApiKey, either(Password, either(os.Getenv("DOCKERCLOUD_APIKEY"), os.Getenv("DOCKERCLOUD_PASS"))))
	isComplete := user != "" && secret != ""
	switch header := os.Getenv("DOCKERCLOUD_AUTH"); {
	case AuthHeader != "":
		return AuthHeader, nil
	case isComplete && (ApiKey != "" || Password != ""):
		return basic(user, secret), nil
	case BasicAuth != "":
		return "Basic " + BasicAuth, nil
	case header != "":
		return header, nil
	case isComplete:
		return basic(user, secret), nil
	}
	return "", &ConfigurationError{Reason: "there is no credential. Set DOCKERCLOUD_USER and DOCKERCLOUD_APIKEY, " +
		"or dockercloud.User and dockercloud.ApiKey"}
}

func basic(user, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+secret))
}

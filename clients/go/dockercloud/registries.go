package dockercloud

import (
	"context"
	"net/http"
	"net/url"
)

// ListRegistries returns the registries of the namespace's repositories that match all filters; nil for all.
func (c *Client) ListRegistries(ctx context.Context, filters url.Values) (RegistryListResponse, error) {
	meta, objects, err := list[Registry](ctx, c, "repo", "registry", filters)
	return RegistryListResponse{Meta: meta, Objects: objects}, err
}

// GetRegistry returns the registry with this host[:port] or resource URI.
func (c *Client) GetRegistry(ctx context.Context, registry string) (Registry, error) {
	var response Registry
	path, err := c.member("repo", "registry", registry)
	if err == nil {
		err = c.exchange(ctx, http.MethodGet, path, nil, &response)
	}
	return response, err
}

// ListRegistries returns the registries of the namespace's repositories.
func ListRegistries() (RegistryListResponse, error) {
	client, err := NewClient()
	if err != nil {
		return RegistryListResponse{}, err
	}
	return client.ListRegistries(context.Background(), nil)
}

// GetRegistry returns the registry with this host[:port] or resource URI.
func GetRegistry(registry string) (Registry, error) {
	client, err := NewClient()
	if err != nil {
		return Registry{}, err
	}
	return client.GetRegistry(context.Background(), registry)
}

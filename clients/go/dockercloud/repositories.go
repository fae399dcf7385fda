package dockercloud

import (
	"context"
	"net/http"
	"net/url"
)

// ListRepositories returns the repositories that match all filters; nil for all. The API's documentation lists the filters.
func (c *Client) ListRepositories(ctx context.Context, filters url.Values) (RepositoryListResponse, error) {
	meta, objects, err := list[RepositoryShort](ctx, c, "repo", "repository", filters)
	return RepositoryListResponse{Meta: meta, Objects: objects}, err
}

// GetRepository returns the repository with this name or resource URI.
func (c *Client) GetRepository(ctx context.Context, name string) (Repository, error) {
	var repository Repository
	path, err := c.member("repo", "repository", name)
	if err == nil {
		err = c.exchange(ctx, http.MethodGet, path, nil, &repository)
	}
	return repository, err
}

// CreateRepository registers a repository.
func (c *Client) CreateRepository(ctx context.Context, request RepositoryCreateRequest) (Repository, error) {
	var repository Repository
	path, err := c.collection("repo", "repository")
	if err == nil {
		err = c.exchange(ctx, http.MethodPost, path, request, &repository)
	}
	return repository, err
}

// UpdateRepository replaces the credentials of the repository with this name or resource URI.
func (c *Client) UpdateRepository(ctx context.Context, name string, request RepositoryCreateRequest) (Repository, error) {
	var repository Repository
	path, err := c.member("repo", "repository", name)
	if err == nil {
		err = c.exchange(ctx, http.MethodPatch, path, request, &repository)
	}
	return repository, err
}

// RemoveRepository removes the repository with this name or resource URI. Its images stay on their registry.
func (c *Client) RemoveRepository(ctx context.Context, name string) error {
	path, err := c.member("repo", "repository", name)
	if err != nil {
		return err
	}
	return c.exchange(ctx, http.MethodDelete, path, nil, nil)
}

// ListRepositories returns all repositories of the namespace.
func ListRepositories() (RepositoryListResponse, error) {
	client, err := NewClient()
	if err != nil {
		return RepositoryListResponse{}, err
	}
	return client.ListRepositories(context.Background(), nil)
}

// GetRepository returns the repository with this name or resource URI.
func GetRepository(name string) (Repository, error) {
	client, err := NewClient()
	if err != nil {
		return Repository{}, err
	}
	return client.GetRepository(context.Background(), name)
}

// CreateRepository registers a repository.
func CreateRepository(createRequest RepositoryCreateRequest) (Repository, error) {
	client, err := NewClient()
	if err != nil {
		return Repository{}, err
	}
	return client.CreateRepository(context.Background(), createRequest)
}

// Update replaces the credentials of the repository.
func (self *Repository) Update(createRequest RepositoryCreateRequest) error {
	return update(self.Resource_uri, self.Name, createRequest)
}

// Remove removes the repository. Its images stay on their registry.
func (self *Repository) Remove() error {
	return remove(self.Resource_uri, self.Name)
}

// Update replaces the credentials of the repository.
func (self *RepositoryShort) Update(createRequest RepositoryCreateRequest) error {
	return update(self.Resource_uri, self.Name, createRequest)
}

// Remove removes the repository. Its images stay on their registry.
func (self *RepositoryShort) Remove() error {
	return remove(self.Resource_uri, self.Name)
}

func update(uri, name string, request RepositoryCreateRequest) error {
	client, err := NewClient()
	if err != nil {
		return err
	}
	_, err = client.UpdateRepository(context.Background(), either(uri, name), request)
	return err
}

func remove(uri, name string) error {
	client, err := NewClient()
	if err != nil {
		return err
	}
	return client.RemoveRepository(context.Background(), either(uri, name))
}

// either returns the first text, or the second if the first is empty. A resource URI has precedence over a name, because it contains the
// namespace.
func either(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

// ListImages is the older name of ListRepositories.
func ListImages() (ImageListResponse, error) { return ListRepositories() }

// GetImage is the older name of GetRepository.
func GetImage(name string) (Image, error) { return GetRepository(name) }

// CreateImage is the older name of CreateRepository.
func CreateImage(createRequest ImageCreateRequest) (Image, error) {
	return CreateRepository(createRequest)
}

package dockercloud

import (
	"context"
	"net/http"
	"net/url"
)

// ListServices returns the services that match all filters; nil for all.
func (c *Client) ListServices(ctx context.Context, filters url.Values) (SListResponse, error) {
	meta, objects, err := list[Service](ctx, c, "app", "service", filters)
	return SListResponse{Meta: meta, Objects: objects}, err
}

// GetService returns the service with this UUID or resource URI.
func (c *Client) GetService(ctx context.Context, uuid string) (Service, error) {
	return c.service(ctx, http.MethodGet, uuid, "", nil)
}

// CreateService creates a service.
func (c *Client) CreateService(ctx context.Context, request ServiceCreateRequest) (Service, error) {
	var service Service
	path, err := c.collection("app", "service")
	if err == nil {
		err = c.exchange(ctx, http.MethodPost, path, request, &service)
	}
	return service, err
}

// UpdateService changes the service with this UUID or resource URI.
func (c *Client) UpdateService(ctx context.Context, uuid string, request ServiceCreateRequest) (Service, error) {
	return c.service(ctx, http.MethodPatch, uuid, "", request)
}

// TerminateService terminates the service with this UUID or resource URI.
func (c *Client) TerminateService(ctx context.Context, uuid string) error {
	path, err := c.member("app", "service", uuid)
	if err != nil {
		return err
	}
	return c.exchange(ctx, http.MethodDelete, path, nil, nil)
}

func (c *Client) service(ctx context.Context, method, uuid, action string, sent any) (Service, error) {
	var service Service
	path, err := c.member("app", "service", uuid)
	if err == nil {
		err = c.exchange(ctx, method, path+action, sent, &service)
	}
	return service, err
}

// ListServices returns all services of the namespace.
func ListServices() (SListResponse, error) {
	client, err := NewClient()
	if err != nil {
		return SListResponse{}, err
	}
	return client.ListServices(context.Background(), nil)
}

// GetService returns the service with this UUID or resource URI.
func GetService(uuid string) (Service, error) {
	client, err := NewClient()
	if err != nil {
		return Service{}, err
	}
	return client.GetService(context.Background(), uuid)
}

// CreateService creates a service.
func CreateService(createRequest ServiceCreateRequest) (Service, error) {
	client, err := NewClient()
	if err != nil {
		return Service{}, err
	}
	return client.CreateService(context.Background(), createRequest)
}

// Update changes the service.
func (self *Service) Update(createRequest ServiceCreateRequest) error {
	return self.perform(http.MethodPatch, "", createRequest)
}

// Start starts the service's containers.
func (self *Service) Start() error { return self.perform(http.MethodPost, "start/", struct{}{}) }

// StopService stops the service's containers.
func (self *Service) StopService() error { return self.perform(http.MethodPost, "stop/", struct{}{}) }

// Scale starts or stops containers until the service's target number runs.
func (self *Service) Scale() error { return self.perform(http.MethodPost, "scale/", struct{}{}) }

// Redeploy replaces the service's containers with new ones.
func (self *Service) Redeploy(reuse_volume ReuseVolumesOption) error {
	action := "redeploy/"
	if !reuse_volume.Reuse {
		action += "?reuse_volumes=false"
	}
	return self.perform(http.MethodPost, action, struct{}{})
}

// TerminateService terminates the service.
func (self *Service) TerminateService() error {
	client, err := NewClient()
	if err != nil {
		return err
	}
	return client.TerminateService(context.Background(), either(self.Resource_uri, self.Uuid))
}

func (self *Service) perform(method, action string, sent any) error {
	client, err := NewClient()
	if err != nil {
		return err
	}
	_, err = client.service(context.Background(), method, either(self.Resource_uri, self.Uuid), action, sent)
	return err
}

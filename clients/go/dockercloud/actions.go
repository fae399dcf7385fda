package dockercloud

import (
	"context"
	"net/http"
	"net/url"
)

// ListActions returns the actions that match all filters, newest first; nil for all.
func (c *Client) ListActions(ctx context.Context, filters url.Values) (ActionListResponse, error) {
	meta, objects, err := list[Action](ctx, c, "audit", "action", filters)
	return ActionListResponse{Meta: meta, Objects: objects}, err
}

// GetAction returns the action with this UUID or resource URI.
func (c *Client) GetAction(ctx context.Context, uuid string) (Action, error) {
	var action Action
	path, err := c.member("audit", "action", uuid)
	if err == nil {
		err = c.exchange(ctx, http.MethodGet, path, nil, &action)
	}
	return action, err
}

// ListActions returns all actions of the namespace, newest first.
func ListActions() (ActionListResponse, error) {
	client, err := NewClient()
	if err != nil {
		return ActionListResponse{}, err
	}
	return client.ListActions(context.Background(), nil)
}

// GetAction returns the action with this UUID or resource URI.
func GetAction(uuid string) (Action, error) {
	client, err := NewClient()
	if err != nil {
		return Action{}, err
	}
	return client.GetAction(context.Background(), uuid)
}

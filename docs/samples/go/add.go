//go:build ignore

package main

import (
	"log"

	"github.com/docker/go-dockercloud/dockercloud"
)

func main() {
	image, err := dockercloud.CreateImage(dockercloud.ImageCreateRequest{
		Name:     "registry.local/user1/image1",
		Username: "username",
		Password: "password",
	})

	if err != nil {
		log.Println(err)
	}

	log.Println(image)
}

//go:build ignore

package main

import (
	"log"

	"github.com/docker/go-dockercloud/dockercloud"
)

func main() {
	repository, err := dockercloud.GetRepository("registry.local/user1/image1")

	if err != nil {
		log.Println(err)
	}

	log.Println(repository)
}

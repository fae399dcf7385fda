//go:build ignore

package main

import (
	"log"

	"github.com/docker/go-dockercloud/dockercloud"
)

func main() {
	repositoriesList, err := dockercloud.ListRepositories()

	if err != nil {
		log.Println(err)
	}

	log.Println(repositoriesList)
}

module github.com/docker/go-dockercloud

go 1.19

module samples

go 1.19

require github.com/docker/go-dockercloud v0.0.0

replace github.com/docker/go-dockercloud => ../../../clients/go

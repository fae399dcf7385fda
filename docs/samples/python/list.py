import dockercloud

repositories = dockercloud.Repository.list()

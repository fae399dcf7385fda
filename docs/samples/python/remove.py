import dockercloud

repository = dockercloud.Repository.fetch("registry.local/user1/image1")
repository.delete()

docker-cloud repository inspect registry.local/user1/image1

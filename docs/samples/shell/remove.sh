docker-cloud repository rm registry.local/user1/image1

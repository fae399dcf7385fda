docker-cloud repository register -u username -p password registry.local/user1/image1

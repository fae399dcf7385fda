docker-cloud repository update -n "new username" -p "new password" registry.local/user1/image1

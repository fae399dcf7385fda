docker-cloud repository ls

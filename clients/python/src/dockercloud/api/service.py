"""Services: templates that containers are deployed from."""

from typing import Optional

from .base import Mutable


class Service(Mutable):
    """A template that containers of one image are deployed from."""

    subsystem = "app"
    endpoint = "/service"

    uuid: str
    name: str
    nickname: str
    image: str
    image_name: str
    state: str
    synchronized: bool
    current_num_containers: int
    running_num_containers: int
    target_num_containers: int
    deployed_datetime: Optional[str]
    public_dns: str
    stack: Optional[str]

    def start(self) -> bool:
        """Starts the containers."""
        return self._perform_action("start")

    def stop(self) -> bool:
        """Stops the containers."""
        return self._perform_action("stop")

    def redeploy(self, reuse_volumes: bool = True) -> bool:
        """Replaces the containers with new ones."""
        return self._perform_action("redeploy", params={"reuse_volumes": reuse_volumes})

    def scale(self) -> bool:
        """Starts or stops containers until `target_num_containers` run. Save that value first."""
        return self._perform_action("scale")

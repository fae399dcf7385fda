"""The audit trail."""

from typing import Optional

from .base import Immutable


class Action(Immutable):
    """A recorded change, or an attempt at one."""

    subsystem = "audit"
    endpoint = "/action"

    uuid: str
    action: str
    object: str
    reference: Optional[str]
    state: str
    status: Optional[int]
    reason: Optional[str]
    attempts: int
    start_date: str
    end_date: Optional[str]
    user: str
    key_id: Optional[str]
    ip: str
    location: str
    method: str
    path: str
    user_agent: str
    is_user_action: bool
    can_be_canceled: bool
    can_be_retried: bool

    def cancel(self) -> bool:
        """Cancels the action. Requires `can_be_canceled`."""
        return self._perform_action("cancel")

    def retry(self) -> bool:
        """Performs the action again. Requires `can_be_retried`."""
        return self._perform_action("retry")

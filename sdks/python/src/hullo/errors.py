"""What can go wrong, as type checkers and `except` know it."""

from typing import TYPE_CHECKING

from ._native import ErrorBody, HulloError

if TYPE_CHECKING:

    class Refused(HulloError):
        """The server or the state machine has refused an operation."""

        error: ErrorBody
        """What went wrong: a `kind` to branch on, its `code`, a `message` for the developer, and perhaps `retry_after_ms`."""

    class Closed(HulloError):
        """The client was closed before the operation was done."""

else:
    Refused = HulloError.Refused
    Closed = HulloError.Closed

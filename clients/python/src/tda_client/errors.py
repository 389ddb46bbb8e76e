"""What can go wrong. Every failure that the daemon reports is a `TDAError` of the class of its code."""


class TDAError(Exception):
    """A request that the daemon did not answer with a result.

    `code` is stable, `details` holds strings that explain it, `retry_after` is in seconds where it makes
    sense to ask again.
    """

    code = ""

    def __init__(self, message, details=None, retry_after=None):
        super().__init__(message)
        self.message = message
        self.details = details or {}
        self.retry_after = retry_after


class InvalidArgument(TDAError):
    """Something in the request is wrong; the message names it."""

    code = "invalid_argument"


class ResourceExhausted(TDAError):
    """It can never fit: `details` hold `estimate` and `budget` in bytes, or `length` and `limit`."""

    code = "resource_exhausted"


class Overloaded(TDAError):
    """No room now; try again after `retry_after`."""

    code = "overloaded"


class DeadlineExceeded(TDAError):
    """`timeout` passed before the result."""

    code = "deadline_exceeded"


class Cancelled(TDAError):
    """The computation was cancelled, by this client or by someone who may."""

    code = "cancelled"


class Unsupported(TDAError):
    """Something that this daemon does not know."""

    code = "unsupported"


class Unavailable(TDAError):
    """The daemon is stopping, or the connection broke before the answer; connect again."""

    code = "unavailable"


class InternalFailure(TDAError):
    """A mistake of the daemon's; worth a report."""

    code = "internal"


class ProtocolError(Unavailable):
    """What came is not the protocol; the connection is closed."""


class NoDaemon(ConnectionError):
    """No daemon answers at the socket."""

    def __init__(self, path, reason):
        super().__init__(f"no daemon answers at {path} ({reason}); start one with: tdad --socket {path}")
        self.path = path


BY_CODE = {
    each.code: each
    for each in [
        InvalidArgument,
        ResourceExhausted,
        Overloaded,
        DeadlineExceeded,
        Cancelled,
        Unsupported,
        Unavailable,
        InternalFailure,
    ]
}


def from_failure(failure):
    """The exception of a `Failure` message."""
    kind = BY_CODE.get(failure.code, InternalFailure)
    retry_after = failure.retry_after_ms / 1000 if failure.HasField("retry_after_ms") else None
    return kind(failure.message, dict(failure.details), retry_after)

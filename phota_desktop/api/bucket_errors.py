"""What a bucket's server said, and the words and the way out for each of it."""

from __future__ import annotations

import dataclasses
import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress, Provider

CLOCK_S = 300.0
"""A clock that is off by more than this is said; S3 itself takes up to 15 minutes."""
_CODE = re.compile(r"<Code>([A-Za-z][A-Za-z0-9.]{1,80})</Code>")
_REGION = re.compile(r"<Region>([a-z0-9-]{1,40})</Region>")
_STATUS = re.compile(r"\b([345]\d\d) [A-Z][a-z]|status: ([345]\d\d)\b|code: ([345]\d\d)\b")
_CLOCK_CODES = frozenset(
    {"RequestTimeTooSkewed", "RequestExpired", "AccessDeniedRequestExpired", "ExpiredToken"}
)
_UNKNOWN_KEY = frozenset({"InvalidAccessKeyId", "InvalidSecurity", "NotSignedUp"})
_WRONG_SECRET = frozenset({"SignatureDoesNotMatch", "AuthenticationFailed", "InvalidSignature"})
_NO_BUCKET = frozenset({"NoSuchBucket", "ContainerNotFound", "ContainerBeingDeleted"})
_REGION_CODES = frozenset(
    {
        "AuthorizationHeaderMalformed",
        "AuthorizationQueryParametersError",
        "IllegalLocationConstraintException",
        "PermanentRedirect",
        "TemporaryRedirect",
        "InvalidRegion",
    }
)
_FULL = frozenset(
    {"QuotaExceeded", "InsufficientStorage", "StorageQuotaExceeded", "AccountProblem"}
)


class Act(StrEnum):
    """What was tried, as it stands after "may not"."""

    WRITE = "write to"
    READ = "read from"
    LIST = "list"
    DELETE = "delete from"


@dataclass(frozen=True)
class Answer:
    """An answer: its error code of the XML if it has one, and what its headers tell.

    ``ahead`` is by how many seconds our clock is ahead of the server's, 0 if that is not told.
    ``region`` is where the server says the bucket is, ``version`` the object's, empty if none.
    """

    status: int
    code: str = ""
    region: str = ""
    version: str = ""
    ahead: float = 0.0
    body: bytes = b""

    @classmethod
    def of(cls, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """Read an answer; ``headers`` are looked up in lower case."""
        text = body.decode("utf-8", "replace") if status >= 300 else ""
        code = _CODE.search(text)
        azure = headers.get("x-ms-error-code", "")
        region = _REGION.search(text)
        told_region = headers.get("x-amz-bucket-region", "")
        version = headers.get("x-amz-version-id", "") or headers.get("x-ms-version-id", "")
        return cls(
            status,
            code[1] if code else azure if re.fullmatch(r"[A-Za-z]{1,80}", azure) else "",
            told_region if re.fullmatch(r"[a-z0-9-]{1,40}", told_region) else _first(region),
            "" if version == "null" else version[:200],
            _ahead(headers.get("date", "")),
            body,
        )

    @property
    def is_success(self) -> bool:
        """Tell whether the server did it."""
        return 200 <= self.status < 300

    @property
    def is_passing(self) -> bool:
        """Tell whether the same request may well succeed in a moment."""
        slightly_ahead = self.status == 403 and self.code == "AuthenticationFailed"
        return (
            self.status in (408, 429)
            or self.status >= 500
            or (slightly_ahead and 0 < self.ahead < 10)
        )

    def at(self, other: Answer) -> Answer:
        """Return this answer with the clock of ``other``."""
        return dataclasses.replace(self, ahead=other.ahead)


def read_text(error: Exception) -> Answer:
    """Return what obstore's error says, of which the text is never shown; status 0 for nothing."""
    text = str(error)
    code, region, status = _CODE.search(text), _REGION.search(text), _STATUS.search(text)
    known = {"PermissionDeniedError": 403, "UnauthenticatedError": 401}
    number = known.get(type(error).__name__, 404 if isinstance(error, FileNotFoundError) else 0)
    if status is not None and not number:
        number = int(next(group for group in status.groups() if group))
    return Answer(number, _first(code), _first(region))


def offline(hint: str = "") -> PhotaError:
    """Return the error for a server that is not reached."""
    return PhotaError(
        ErrorKind.OFFLINE,
        "No connection to the bucket's server.",
        hint=hint,
        retryable=True,
        surely_not_charged=True,
        field="bucket",
    )


def refused(act: Act, answer: Answer, address: BucketAddress) -> PhotaError:
    """Return the error for an answer that is no success."""
    status, code = answer.status, answer.code

    def made(kind: ErrorKind, message: str, hint: str = "", field: str = "bucket") -> PhotaError:
        passing = kind is ErrorKind.BUSY
        return PhotaError(
            kind,
            message,
            hint=hint,
            status=status or None,
            retryable=passing,
            surely_not_charged=True,
            field=field,
        )

    if status == 0:
        return offline()
    if code in _CLOCK_CODES or (status in (400, 401, 403) and abs(answer.ahead) > CLOCK_S):
        return made(ErrorKind.INVALID, clock_words(answer.ahead), "Set the clock and try again.")
    if code in _NO_BUCKET or (status == 404 and act in (Act.WRITE, Act.LIST)):
        what = "container" if address.provider is Provider.AZURE else "bucket"
        hint = "Make it there first, or check its name, the region and the endpoint."
        return made(ErrorKind.INVALID, f"There is no {what} named {address.bucket}.", hint)
    if 300 <= status < 400 and address.provider is not Provider.S3:
        elsewhere = "The bucket's server sends us to another address, which is not followed."
        return made(ErrorKind.INVALID, elsewhere, "Check the endpoint.", "endpoint")
    if code in _REGION_CODES or 300 <= status < 400:
        hint = f"Set the region to {answer.region}." if answer.region else "Check the region."
        where = f"in {answer.region}, not in this region" if answer.region else "not in this region"
        return made(ErrorKind.INVALID, f"The bucket is {where}.", hint, "region")
    if code in _UNKNOWN_KEY:
        return made(
            ErrorKind.KEY_REJECTED,
            "The bucket's server does not know this access key.",
            "Check the access key ID; the key may have been revoked.",
        )
    if code in _WRONG_SECRET or status == 401:
        words = {
            Provider.S3: ("The secret is not the one of this access key.", "Copy it again."),
            Provider.AZURE: ("Azure did not accept the account key.", "Copy it again."),
            Provider.GCS: (
                "Google Cloud did not accept the key file.",
                "Make a new key for the service account.",
            ),
        }[address.provider]
        return made(ErrorKind.KEY_REJECTED, *words)
    if status == 403 and code not in _FULL:
        return made(
            ErrorKind.KEY_REJECTED,
            f"These credentials may not {act} this bucket.",
            "Give them the right to put, get, list and delete objects, or take others.",
        )
    if code in _FULL or status in (413, 507):
        return made(ErrorKind.INVALID, "The bucket takes no more.", "Check its quota.")
    if status in (408, 429) or status >= 500:
        return made(ErrorKind.BUSY, "The bucket's server is busy.", "Try again in a minute.")
    told = f" ({code})" if code else ""
    return made(ErrorKind.INVALID, f"The bucket's server refused: {status}{told}.")


def clock_words(ahead: float) -> str:
    """Say how wrong our clock is; the exact number where the server told its own time."""
    minutes = round(abs(ahead) / 60)
    if abs(ahead) <= CLOCK_S:
        return "This computer's clock is wrong, says the bucket's server."
    if minutes < 120:
        return f"This computer's clock is off by {minutes} minutes."
    return f"This computer's clock is off by {round(minutes / 60)} hours."


def _ahead(date: str) -> float:
    try:
        return time.time() - email.utils.parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return 0.0


def _first(found: re.Match[str] | None) -> str:
    return found[1] if found else ""

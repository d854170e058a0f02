"""Log records lose keys and signed values before they are written."""

from __future__ import annotations

import base64
import io
import logging

import pytest

from phota_desktop.api.redaction import RedactingFilter

KEY = "pk-canary+/6f1d2b7c"


def logged(*args: object, secret: str = KEY, error: bool = False) -> str:
    out = io.StringIO()
    logger = logging.Logger("redaction-test")
    stream = logging.StreamHandler(out)
    stream.addFilter(RedactingFilter(secret))
    logger.addHandler(stream)
    if error:
        try:
            raise ValueError(str(args[0]))
        except ValueError:
            logger.exception("failed")
    else:
        logger.warning(*args)
    return out.getvalue()


@pytest.mark.parametrize(
    ("args", "hidden"),
    [
        (("key %s", KEY), KEY),
        (("X-API-Key: abcdefg",), "abcdefg"),
        (("headers {'x-api-key': 'abcdefg', 'a': 'b'}",), "abcdefg"),
        (("[(b'X-API-Key', b'abcdefg')]",), "abcdefg"),
        (("GET https://c.example/a.jpg?token=abc&expires=123 done",), "abc&"),
        (("GET https://c.example/a.jpg?token=abc&expires=123 done",), "123"),
        (("sig=xyzzy",), "xyzzy"),
        (("b64 %s", base64.b64encode(KEY.encode()).decode()), "canary"),
        (
            ("b64 %s", base64.b64encode(KEY.encode()).decode()),
            base64.b64encode(KEY.encode()).decode(),
        ),
        (("url pk-canary%2B%2F6f1d2b7c",), "6f1d2b7c"),
    ],
)
def test_masked(args: tuple[object, ...], hidden: str) -> None:
    said = logged(*args)
    assert hidden not in said
    assert "•••" in said or hidden == "canary"


def test_tracebacks_are_masked_too() -> None:
    assert KEY not in logged(f"bad key {KEY}", error=True)
    assert "ValueError" in logged(f"bad key {KEY}", error=True)


def test_plain_words_stay() -> None:
    assert logged("job %s is done in %d s", "j-1", 3) == "job j-1 is done in 3 s\n"

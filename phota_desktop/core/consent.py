"""What a person agrees to before photos of somebody are sent: the sentences kept on record."""

from __future__ import annotations

from phota_desktop.core.training import Kind

PERSON_CONSENT = (
    "I have the permission of this person (or of their parent or guardian, for a minor) to send"
    " these photos to Phota and to train a profile from them."
)
PET_CONSENT = (
    "This is my pet, or I have its owner's permission, to send these photos to Phota and to train"
    " a profile from them."
)


def consent_text(kind: Kind) -> str:
    """Return the sentence that a person agrees to, as it is kept on record."""
    return PERSON_CONSENT if kind is Kind.PERSON else PET_CONSENT

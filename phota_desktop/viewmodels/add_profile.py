"""Adding a profile: whom it shows, its photos and tier, what is still missing, and the start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from phota_desktop.core.consent import consent_text
from phota_desktop.core.errors import PhotaError
from phota_desktop.core.jobs import Engine
from phota_desktop.core.photo_check import PhotoFacts, SetVerdict, judge_set
from phota_desktop.core.profiles import TrainingTier
from phota_desktop.core.training import Kind, Training, TrainingOrder, is_address
from phota_desktop.viewmodels.photo_intake import PhotoIntake
from phota_desktop.viewmodels.profile_draft import Draft, Problem, Way, missing, plain_name
from phota_desktop.viewmodels.training_photos import TrainingPhotosModel
from phota_desktop.viewmodels.training_words import (
    again_words,
    join_addresses,
    price_words,
    read_addresses,
    train_words,
    where_words,
)
from phota_desktop.viewmodels.words import count, money, plain

if TYPE_CHECKING:
    from phota_desktop.services.composition import Services
    from phota_desktop.viewmodels.settings import SettingsViewModel


class AddProfileViewModel(QObject):
    """One form for each profile that gets a new training, and one for someone new.

    What is filled in stays until a training of it starts, ``clear`` or the end of the program.
    """

    changed = Signal()
    started = Signal(object)
    """The :class:`Training` that was begun; the form of it is empty again."""
    bucket_asked = Signal()
    cap_asked = Signal()

    def __init__(self, settings: SettingsViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.draft = Draft()
        self.photos = TrainingPhotosModel(self)
        self.intake = PhotoIntake(self.photos, self)
        self.is_starting = False
        self.failure: Problem | None = None
        """Why the last start failed, until something is changed."""
        self._settings = settings
        self._services: Services | None = None
        self._kept: dict[str, Draft] = {}
        self._leave: Callable[[], None] = _nothing
        self.photos.changed.connect(self._on_photos)
        self.intake.changed.connect(self.changed)
        settings.changed.connect(self._on_settings)
        settings.engine_changed.connect(self._on_settings)

    def attach(self, services: Services) -> None:
        """Take over the services; photos that were dropped before are checked now."""
        self._services = services
        self._leave = services.hosting.changed.subscribe(lambda _hosting: self._on_settings())
        self.intake.attach(services)
        self.changed.emit()

    def detach(self) -> None:
        """Stop, before the services close."""
        self._leave()
        self._leave, self._services = _nothing, None
        self.intake.detach()

    # -- the form -----------------------------------------------------------------------

    def open(self, paths: Sequence[Path] = (), profile_id: str = "") -> None:
        """Show the form for someone new, or a new training of a profile, and add these photos.

        In place of a profile's id the tag of a training that failed fills in its order again.
        """
        if profile_id != self.draft.profile_id:
            self._kept[self.draft.profile_id] = replace(self.draft, rows=self.photos.rows)
            draft = self._kept.pop(profile_id, None)
            if draft is not None:
                self._show(draft)
            else:
                self._prefill(profile_id)
        self.intake.add(paths)
        self.intake.check()
        self._look_for_bucket()

    def _look_for_bucket(self) -> None:
        """Look for the bucket's credentials, where nobody did; a keyring may ask the person."""
        if self._services is None or self.engine is Engine.LOCAL:
            return
        hosting = self._services.hosting
        if hosting.address is not None and not hosting.is_ready:
            self._services.tasks.spawn(hosting.load(), name="look for bucket", replace=True)

    def clear(self) -> None:
        """Empty the form; for a profile, fill it again with what is known."""
        self._prefill(self.draft.profile_id)

    @property
    def is_blank(self) -> bool:
        """True when nothing would be lost by emptying the form."""
        bare = replace(self.draft, kind=Kind.PERSON, tier=TrainingTier.STANDARD)
        return bare == Draft() and not self.photos.rows

    def set_name(self, name: str) -> None:
        """Take the name, which stays on this computer; a consent is for the one it was given for.

        A tick that came before the name holds for the first one that is typed.
        """
        draft = self.draft
        new, old = plain_name(name), plain_name(draft.name)
        typed_on = not plain_name(draft.agreed_for) and new.startswith(old)
        if new == plain_name(draft.agreed_for) or typed_on:
            self._change(name=name)
        else:
            self._change(name=name, consent="", agreed_for="")

    def set_kind(self, kind: Kind | str) -> None:
        """Say whom it shows; a consent to other words counts no longer."""
        new = Kind(kind)
        kept = self.draft.consent if self.draft.consent == consent_text(new) else ""
        self._change(kind=new, consent=kept, agreed_for=self.draft.agreed_for if kept else "")

    def set_tier(self, tier: TrainingTier | str) -> None:
        """Choose the tier."""
        self._change(tier=TrainingTier(tier))

    def set_consent(self, agreed: bool) -> None:
        """Take or take back the consent to the words that are shown."""
        draft = self.draft
        self._change(
            consent=consent_text(draft.kind) if agreed else "",
            agreed_for=draft.name if agreed else "",
        )

    def set_addresses(self, text: str) -> None:
        """Take the addresses, one a line."""
        self._change(addresses=text)

    def add_link(self, link: str) -> None:
        """Add one address, as from a drop."""
        self.set_addresses(join_addresses(self.draft.addresses, [link]))

    def take_way(self, way: Way) -> None:
        """Go the way out of a problem."""
        if way is Way.CHECK:
            self.intake.check()
        elif way is Way.TIER:
            self.set_tier(self.set_verdict.other_tier or self.draft.tier)
        elif way is Way.BUCKET:
            self.bucket_asked.emit()
        elif way is Way.CAP:
            self.cap_asked.emit()

    # -- what it means ------------------------------------------------------------------

    @property
    def engine(self) -> Engine:
        """Who would train."""
        return self._settings.engine

    @property
    def needs_consent(self) -> bool:
        """True when photos leave this computer."""
        return self.engine is Engine.PHOTA

    @property
    def consent_words(self) -> str:
        """The sentence to agree to."""
        return consent_text(self.draft.kind)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that are whole."""
        return read_addresses(self.draft.addresses)[0]

    @property
    def number(self) -> int:
        """How many photos would be used."""
        return len(self.photos.used) + len(self.addresses)

    @property
    def set_verdict(self) -> SetVerdict:
        """Whether the photos in use make a training of the tier, and what would help."""
        remote = [PhotoFacts(Path(address)) for address in self.addresses]
        facts = [row.facts or PhotoFacts(row.path) for row in self.photos.rows]
        chosen = {*self.photos.used, *(one.path for one in remote)}
        pet = self.draft.kind is not Kind.PERSON
        return judge_set([*facts, *remote], chosen, self.draft.tier, pet=pet)

    @property
    def progress(self) -> tuple[int, int]:
        """How many photos are checked, and how many there are."""
        rows = self.photos.rows
        return len(rows) - len(self.photos.unchecked), len(rows)

    @property
    def status_words(self) -> str:
        """What the check is doing, or what came of it."""
        done, all_ = self.progress
        if self.intake.is_checking:
            return f"Checking {done} of {all_}…"
        if self.intake.is_looking:
            return "Looking for photos…"
        if not all_:
            return self.intake.told
        used = len(self.photos.used)
        left = f", {all_ - used} left out" if used < all_ else ""
        return f"{count(all_, 'photo')}{left}. {self.intake.told}".strip()

    def fits(self, tier: TrainingTier) -> bool:
        """Tell whether a tier takes as many photos as are used."""
        fewest, most = tier.photo_range
        return fewest <= self.number <= most

    def price(self, tier: TrainingTier) -> Decimal | None:
        """Return the price of one training in US dollars, None where none is published."""
        if self.engine is Engine.LOCAL:
            return Decimal(0)
        return self._settings.prices.training.get(tier.value)

    def price_words(self, tier: TrainingTier) -> str:
        """Return the price of a tier as it is shown."""
        return price_words(self.price(tier), self.engine)

    @property
    def cost_words(self) -> str:
        """What this training costs, as a sentence or two."""
        if self.engine is Engine.LOCAL:
            return "Costs nothing. With an API key, Phota trains a profile that it recognises."
        price = self.price(self.draft.tier)
        if price is None:
            return "The price of this training is not published; Phota charges it once."
        cap = money(self._settings.value.daily_cap)
        return f"{money(price)}, once. It counts towards your daily cap of {cap}."

    @property
    def train_words(self) -> str:
        """What stands on the button."""
        return train_words(self.draft.name, self.price(self.draft.tier), self.engine)

    @property
    def where_words(self) -> str:
        """Where the photos go."""
        files = len(self.photos.used)
        return where_words(
            self.engine, self.bucket, self.draft.tier, files=files, addresses=len(self.addresses)
        )

    @property
    def bucket_problem(self) -> str:
        """Why a bucket that is set up cannot be used; empty for none."""
        return plain(self._services.hosting.problem) if self._services else ""

    @property
    def bucket(self) -> str:
        """The label of the person's bucket, empty while it cannot be used."""
        hosting = self._services.hosting if self._services else None
        if hosting is None or not hosting.is_ready or hosting.address is None:
            return ""
        return hosting.address.label

    @property
    def can_start(self) -> bool:
        """True when nothing is missing and nothing is being started."""
        return not self.is_starting and not self.problems()

    @property
    def first_problem(self) -> Problem | None:
        """What to tell beside the button: why a start failed, else what is missing first."""
        return self.failure or next(iter(self.problems()), None)

    def problems(self) -> tuple[Problem, ...]:
        """Return what is missing, in the order of the form; empty when it can be started."""
        if self._services is None:
            return (Problem("One moment: the engine is starting."),)
        return missing(self)

    def way_words(self, way: Way) -> str:
        """Return what stands on the button of a way out."""
        other = self.set_verdict.other_tier if way is Way.TIER else None
        return f"Use {other.label}" if other else way.value

    # -- the start ----------------------------------------------------------------------

    def submit(self) -> None:
        """Begin the training, once; nothing happens while something is missing."""
        self.failure = None
        if self._services is None or not self.can_start:
            self.changed.emit()
            return
        draft = self.draft
        order = TrainingOrder(
            name=" ".join(draft.name.split()),
            tier=draft.tier,
            photos=(*map(str, self.photos.used), *self.addresses),
            kind=draft.kind,
            consent=draft.consent if self.needs_consent else "",
        )
        self.is_starting = True
        self._services.tasks.spawn(self._begin(self._services, order), name="begin training")
        self.changed.emit()

    async def _begin(self, services: Services, order: TrainingOrder) -> None:
        price = None if self.engine is Engine.LOCAL else self.price(order.tier)
        cap = self._settings.value.daily_cap
        profile_id = self.draft.profile_id
        training: Training | None = None
        try:
            training = await services.trainer.begin(order, price, cap=cap)
        except PhotaError as error:
            ways = {"daily_cap": Way.CAP, "bucket": Way.BUCKET}
            words = plain(f"{error.message} {error.hint}".strip())
            self.failure = Problem(words, error.field, ways.get(error.field, Way.NONE))
        finally:
            self.is_starting = False
            if training is None:
                self.changed.emit()
        if training is not None:
            self._kept.pop(profile_id, None)
            if self.draft.profile_id == profile_id:
                self._show(Draft())
            self.started.emit(training)

    # -- drafts -------------------------------------------------------------------------

    def _prefill(self, profile_id: str) -> None:
        """Show an empty form, or one with what is known of a profile and its earlier photos."""
        if not profile_id or self._services is None:
            self._show(Draft(profile_id))
            return
        from phota_desktop.services.training_record import HIDDEN

        person = self._services.people.find(profile_id)
        known = self._services.trainer.known()
        earlier = [one for one in known if profile_id in (one.profile_id, one.tag)]
        order = earlier[0].order if earlier else None
        photos = order.photos if order else ()
        # Addresses that may have been secret were not kept whole.
        links = [photo for photo in photos if is_address(photo) and HIDDEN not in photo]
        files = [Path(photo) for photo in photos if not is_address(photo)]
        name = person.name if person is not None else order.name if order else ""
        was_trained = person is not None or any(one.profile_id == profile_id for one in earlier)
        kind = person.kind if person is not None and person.kind in tuple(Kind) else ""
        draft = Draft(
            profile_id,
            name=name,
            kind=Kind(kind) if kind else order.kind if order else Kind.PERSON,
            tier=order.tier if order else TrainingTier.STANDARD,
            addresses="\n".join(links),
            note=again_words(name, had_photos=bool(files)) if was_trained else "",
        )
        self._show(draft)
        self.intake.add(files, missing_too=False)

    def _show(self, draft: Draft) -> None:
        self.draft = replace(draft, rows=())
        self.failure = None
        self.intake.show_another()
        self.photos.show(draft.rows)

    def _change(self, **fields: object) -> None:
        new = replace(self.draft, **fields)  # type: ignore[arg-type]  # checked by the dataclass
        if new != self.draft:
            self.draft, self.failure = new, None
            self.changed.emit()

    def _on_photos(self) -> None:
        self.failure = None
        self.changed.emit()

    def _on_settings(self) -> None:
        self.failure = None  # another cap, price, key or bucket
        self.changed.emit()


def _nothing() -> None:
    """Leave nothing."""

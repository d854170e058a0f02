"""``bucket``: the person's own bucket for training photos; its secret is never an argument."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, replace

from phota_desktop.cli.exits import Exit, of_kind
from phota_desktop.cli.output import Output, error_object, show_name
from phota_desktop.cli.studio import command_line_services
from phota_desktop.core.errors import ErrorKind, PhotaError
from phota_desktop.core.hosting import BucketAddress, Provider
from phota_desktop.core.secrets import BucketSecret
from phota_desktop.environment import found_environment
from phota_desktop.services.composition import Services
from phota_desktop.services.hosting import StepMark, TestStep
from phota_desktop.store.bucket_keys import KEY_ID_VARIABLE, SECRET_VARIABLE
from phota_desktop.store.entries import SESSION
from phota_desktop.store.paths import AppFolders
from phota_desktop.store.settings import SettingsStore

_MARKS = {StepMark.OK: "ok", StepMark.WARN: "warning", StepMark.BAD: "failed"}


async def bucket(arguments: argparse.Namespace, output: Output, folders: AppFolders) -> Exit:
    """Run one action on the bucket."""
    async with command_line_services(folders) as services:
        store = SettingsStore(folders.settings_file)

        def remember(address: BucketAddress | None) -> None:
            store.save(replace(store.load(), bucket=address))

        services.hosting.remember = remember
        verb = BucketVerb(arguments, output, services)
        try:
            return await verb.run()
        except PhotaError as error:
            output.error(error)
            verb.record(error=error_object(error))
            return of_kind(error.kind)


@dataclass(frozen=True)
class BucketVerb:
    """One action with all that it needs."""

    arguments: argparse.Namespace
    output: Output
    services: Services

    async def run(self) -> Exit:
        """Run the action and return its exit; raises PhotaError."""
        actions: dict[str, Callable[[], Awaitable[Exit]]] = {
            "status": self._status,
            "set": self._set,
            "test": self._test,
            "clean": self._clean,
            "forget": self._forget,
        }
        return await actions[self.arguments.action]()

    def record(self, **more: object) -> None:
        """Write the bucket, without its secret, as one JSON object where that is asked for."""
        if self.output.as_json:
            hosting = self.services.hosting
            address = hosting.address
            entry: dict[str, object] = {
                "action": self.arguments.action,
                "bucket": None if address is None else asdict(address),
                "ready": hosting.is_ready,
                "source": hosting.source or None,
                "error": None,
            }
            self.output.record(entry | more)

    async def _status(self) -> Exit:
        hosting = self.services.hosting
        await hosting.load()
        left = len(await hosting.left())
        self.record(left=left)
        if hosting.address is None:
            self.output.line("No bucket is set up.")
        else:
            address = hosting.address
            words = (address.label, address.region, address.endpoint, f"folder {address.prefix}")
            self.output.line("  ".join(show_name(word) for word in words if word))
            where = f"Its credentials are there (from {hosting.source})."
            self.output.line(where if hosting.is_ready else _no_credentials(hosting.problem))
        if left:
            self.output.line(f"{_photos(left)} may lie in a bucket; `bucket clean` deletes them.")
        return Exit.DONE if hosting.is_ready else Exit.KEY

    async def _set(self) -> Exit:
        given = self.arguments
        address = BucketAddress(
            provider=given.provider,
            bucket=given.bucket,
            region=given.region,
            endpoint=given.endpoint,
            account=given.account,
            prefix=given.prefix,
        )
        for field, words in address.problems():  # before a secret is typed for nothing
            raise PhotaError(ErrorKind.INVALID, words, field=field, surely_not_charged=True)
        secret = None
        if SECRET_VARIABLE not in found_environment():
            try:
                secret = BucketSecret(_read_secret(address.provider), given.key_id)
            except ValueError as problem:
                raise PhotaError(ErrorKind.INVALID, str(problem)) from None
        finding = await self.services.hosting.save(address, secret)
        is_kept = finding.key is not None and finding.source != SESSION
        self.record()
        if not is_kept:
            self.output.complain(
                f"{finding.message or 'The keyring did not take the credentials.'} The bucket is"
                f" noted without them. {KEY_ID_VARIABLE} and {SECRET_VARIABLE} can hold them for"
                " one session."
            )
            return Exit.KEY
        self.output.line(f"Saved {show_name(address.label)}; credentials in {finding.source}.")
        self.output.say("`phota-desktop bucket test` tries it.")
        return Exit.DONE

    async def _test(self) -> Exit:
        hosting = self.services.hosting
        await hosting.load()
        if hosting.address is None:
            raise _none_set()

        def tell(step: TestStep) -> None:
            self.output.line(f"{step.part:<8} {_MARKS[step.mark]:<8} {show_name(step.words)}")

        report = await hosting.test(hosting.address, hosting.finding.key, tell)
        steps = [{"part": s.part, "mark": s.mark, "words": s.words} for s in report.steps]
        self.record(usable=report.is_usable, steps=steps)
        return Exit.DONE if report.is_usable else Exit.FAILED

    async def _clean(self) -> Exit:
        """Delete what no training needs any more; of those in training nothing is taken away."""
        hosting, trainer = self.services.hosting, self.services.trainer
        before = len(await hosting.left())
        known = {one.tag: one for one in await trainer.load()}
        tags = {photo.tag for photo in await hosting.left()}
        in_use = [known[tag] for tag in tags if tag in known and trainer.needs_photos(tag)]
        for tag in tags - {training.tag for training in in_use}:
            trainer.clean(tag)
        await trainer.cleaned()
        left = await hosting.left()
        still = [photo for photo in left if photo.tag not in {one.tag for one in in_use}]
        strays = await hosting.delete_strays() if self.arguments.strays else 0
        self.record(deleted=before - len(left) + strays, left=len(left))
        self.output.line(f"{_photos(before - len(left) + strays)} deleted.")
        for training in in_use:
            self.output.say(
                f"Those of {show_name(training.name)} are needed until the training ends."
            )
        if still:
            self.output.complain(f"{_photos(len(still))} could not be deleted. {hosting.problem}")
            return Exit.OPEN
        return Exit.DONE

    async def _forget(self) -> Exit:
        hosting = self.services.hosting
        if hosting.address is None:
            self.output.line("No bucket is set up.")
            self.record()
            return Exit.DONE
        label = hosting.address.label
        try:
            await hosting.forget()
        except PhotaError as error:
            error.hint = "`phota-desktop bucket clean` deletes them."
            raise
        self.record()
        self.output.line(f"{show_name(label)} and its credentials are forgotten.")
        return Exit.DONE


def _read_secret(provider: Provider) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.read()
    if provider is Provider.GCS:
        raise PhotaError(
            ErrorKind.INVALID,
            "Google Cloud's secret is the JSON key file of a service account.",
            hint="Give it on standard input: `phota-desktop bucket set … < key.json`.",
        )
    name = "Account key" if provider is Provider.AZURE else "Secret access key"
    return getpass.getpass(f"{name} (not shown): ")


def _photos(number: int) -> str:
    return "1 photo" if number == 1 else f"{number} photos"


def _no_credentials(problem: str) -> str:
    return problem or "There are no credentials for it."


def _none_set() -> PhotaError:
    return PhotaError(
        ErrorKind.INVALID,
        "No bucket is set up.",
        hint="`phota-desktop bucket set` sets one up.",
        surely_not_charged=True,
    )

"""Families of pictures as the library would give them: photos, jobs and their results."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from phota_desktop.core.jobs import Engine, Job, JobState, Variant
from phota_desktop.core.library import Picture, PictureKind, photo_key, result_key
from phota_desktop.core.options import OutputFormat
from phota_desktop.core.pricing import estimate
from phota_desktop.core.requests import EditRequest, EnhanceRequest, GenerateRequest, StudioRequest


class Family:
    """Grows by one job after another; ``pictures`` and ``jobs`` are what the library would say."""

    def __init__(self, folder: Path = Path("/p")) -> None:
        self.folder = folder
        self.pictures: list[Picture] = []
        self.jobs: list[Job] = []

    def photo(self, path: Path, *, width: int = 6000, height: int = 4000) -> Picture:
        sha256 = f"photo-{path}"
        made = Picture(
            len(self.pictures) + 1,
            photo_key(sha256),
            PictureKind.PHOTO,
            path,
            sha256,
            width,
            height,
            1000.0,
        )
        self.pictures.append(made)
        return made

    def job(
        self,
        request: StudioRequest,
        *,
        state: JobState = JobState.DONE,
        files: tuple[Path, ...] | None = None,
        engine: Engine = Engine.PHOTA,
        cost: str | None = "0.12",
        parent: str | None = None,
        size: tuple[int, int] = (2048, 1365),
        **fields: object,
    ) -> tuple[Job, list[Picture]]:
        """Add a job; ``files`` are its pictures, by default as many as were asked for."""
        n = len(self.jobs) + 1
        name = f"j{n:03}"
        if files is None:
            many = request.variants if state is JobState.DONE else 0
            files = tuple(self.folder / f"{name}-{v}.jpg" for v in range(many))
        variants = tuple(
            Variant(v, file, f"sha-{name}-{v}", *size, request.output_format.value)
            for v, file in enumerate(files)
        )
        if engine is Engine.LOCAL:
            cost = "0"
        job = Job(
            id=name,
            client_request_id=f"c-{name}",
            engine=engine,
            request=request,
            created=1000.0 + n,
            sent=1000.0 + n,
            state=state,
            sequence=n,
            estimate=estimate(request),
            cost=Decimal(cost) if cost is not None and state is JobState.DONE else None,
            variants=variants,
            remote_job_id="r" if state.is_final else "",
        )
        job = replace(job, **fields)  # type: ignore[arg-type]
        self.jobs.append(job)
        source = self._at(request.images[0]) if request.images else ""
        made = [
            Picture(
                len(self.pictures) + 1 + v,
                result_key(job, variant),
                PictureKind.RESULT,
                variant.path,
                variant.sha256,
                variant.width,
                variant.height,
                job.created,
                job.id,
                request.operation,
                engine,
                getattr(request, "base_model", ""),
                request.prompt,
                request.profile_ids,
                job.cost / len(variants) if job.cost is not None else None,
                source if parent is None else parent,
            )
            for v, variant in enumerate(variants)
        ]
        self.pictures.extend(made)
        return job, made

    def _at(self, image: object) -> str:
        return next((one.key for one in self.pictures if one.path == image), "")


def enhance(source: Picture, variants: int = 1, **fields: object) -> EnhanceRequest:
    return EnhanceRequest(source.path, variants=variants, **fields)  # type: ignore[arg-type]


def edit(source: Picture, prompt: str, variants: int = 1, **fields: object) -> EditRequest:
    return EditRequest((source.path,), prompt, variants=variants, **fields)  # type: ignore[arg-type]


def generate(prompt: str, variants: int = 1) -> GenerateRequest:
    return GenerateRequest(prompt, variants=variants, output_format=OutputFormat.PNG)

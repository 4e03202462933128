"""What web and workers are opened with: settings, campaign, database, storage, folders, doorbell, memory."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from pipeline.campaign import Campaign
from pipeline.config import Settings
from pipeline.db import Database
from pipeline.learned import Recall
from pipeline.queue import Doorbell
from pipeline.sandbox import Sandbox
from pipeline.seal import Seal
from pipeline.storage import Scratch, Storage, open_storage
from pipeline.uploads import Uploads


@dataclass(frozen=True)
class Context:
    """One a process."""

    settings: Settings
    campaign: Campaign
    db: Database
    storage: Storage
    scratch: Scratch
    uploads: Uploads
    doorbell: Doorbell
    recall: Recall = field(default_factory=Recall)

    @classmethod
    def open(cls, settings: Settings) -> Context:
        """Open everything that the settings name; what is wrong with them is said here, not in the middle of work."""
        return cls(
            settings=settings,
            campaign=Campaign.load(settings.campaign_file, settings.translate_key, settings.offline),
            db=Database(settings.database_url),
            storage=open_storage(settings.storage_url),
            scratch=Scratch(settings.data_dir),
            uploads=Uploads(settings.data_dir / "uploads"),
            doorbell=Doorbell(settings.redis_url),
        )

    @functools.cached_property
    def seal(self) -> Seal:
        """For what supporters write to the team."""
        return Seal(self.settings.seal_key)

    @functools.cached_property
    def box(self) -> Sandbox:
        """Where tools touch a clip. Loose only where the operator allowed it and the machine cannot do better."""
        return Sandbox(tight=not self.settings.allow_unsandboxed or not Sandbox().check())

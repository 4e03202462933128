"""The doorbell. A message says "look at this appeal" and nothing else: the database knows what is to be done.

Losing a message, or getting it twice, costs time and never work: see workflow.claim and runner.sweep.
"""

from __future__ import annotations

import logging
from typing import cast

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from pipeline.models import Status
from pipeline.workflow import QUEUES

log = logging.getLogger(__name__)

STEP_TIME = 3600  # s; no step of a three-minute clip comes near it
RING_TIME = 2  # s; who rings does not wait for a Redis that hangs

#: Each tried against kill -9 of a child and of a worker, and against the loss of Redis.
SETTINGS = {
    # JSON only: a message can never become code.
    "task_serializer": "json",
    "accept_content": ["json"],
    # Results live in the database; Redis must hold nothing that we would miss.
    "task_ignore_result": True,
    "result_backend": None,
    # A message is acknowledged when the step has ended, and put back when the child was killed under it. It cannot
    # loop: workflow.claim counts tries before the work, and the database, not Celery, decides about another one.
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_acks_on_failure": True,
    "task_acks_on_timeout": True,
    # One message at a time: what a busy worker has fetched no idle worker can take.
    "worker_prefetch_multiplier": 1,
    # The soft limit lets the step write down its reason; the hard one is for a step that does not listen.
    "task_soft_time_limit": STEP_TIME,
    "task_time_limit": STEP_TIME + 300,
    # Native libraries leak; a fresh child now and then costs a model load.
    "worker_max_tasks_per_child": 50,
    "broker_transport_options": {
        # Longer than the longest step, or Redis hands the message out again while the step still runs. All programs
        # on one broker must agree: the shortest wins.
        "visibility_timeout": 4 * STEP_TIME,
        "socket_keepalive": True,
        "health_check_interval": 25,
        "socket_connect_timeout": 2,
        "socket_timeout": 30,
        # Who rings does not wait for a Redis that is down (6 s by default): one more try, then the sweep rings.
        "max_retries": 1,
        "interval_start": 0,
    },
    "broker_connection_retry_on_startup": True,
    # Redis gone for a moment does not stop a running step: its lease lives in the database.
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    # At a warm stop a running step gets this long (s); then its message goes back at once.
    "worker_soft_shutdown_timeout": 5,
    "worker_send_task_events": False,
    "task_routes": {f"work.{queue}": {"queue": queue} for queue in {*QUEUES.values()}},
    "task_create_missing_queues": True,
}


def make_app(redis_url: str) -> Celery:
    """The Celery application, for workers and for whoever rings."""
    app = Celery("appeals", broker=redis_url)
    app.conf.update(SETTINGS)
    return app


class Doorbell:
    """Rings for workers. When Redis is down it only says so in the log: the sweep will ring again."""

    def __init__(self, redis_url: str) -> None:
        self._app = make_app(redis_url)
        self._app.conf.broker_transport_options = self._app.conf.broker_transport_options | {
            "socket_timeout": RING_TIME
        }
        self._redis = redis.Redis.from_url(
            redis_url, socket_connect_timeout=RING_TIME, socket_timeout=RING_TIME, decode_responses=True
        )

    def ring(self, appeal_id: int, status: Status) -> None:
        """Tell the queue that acts at this status, if one does."""
        queue = QUEUES.get(status)
        if queue is None:
            return
        try:
            self._app.send_task(f"work.{queue}", args=[appeal_id], queue=queue, retry=False)
        except (OperationalError, OSError) as error:
            log.warning("could not ring for appeal %d, the sweep will: %s", appeal_id, error)

    def waiting(self, queue: str) -> int:
        """How many messages lie in a queue; 0 also when Redis is down."""
        try:
            return self._redis.llen(queue)
        except redis.RedisError:
            return 0

    def complaint(self) -> str:
        """Why this Redis must not be used, or nothing. One that evicts keys loses messages without a word."""
        try:
            policy = cast(dict[str, str], self._redis.config_get("maxmemory-policy"))
        except redis.RedisError as error:
            log.warning("cannot ask Redis for its eviction policy: %s", error)
            return ""
        if policy.get("maxmemory-policy", "noeviction") != "noeviction":
            return f"Redis may evict messages (maxmemory-policy {policy['maxmemory-policy']}): set it to noeviction."
        return ""

"""The doorbell never keeps anybody waiting, and says when it must not be used."""

from __future__ import annotations

import os
import signal
import time

import redis

from pipeline.models import Status
from pipeline.queue import RING_TIME, Doorbell
from tests.services import started_redis


def test_a_ring_is_a_message_with_a_number_and_nothing_else(redis_url):
    doorbell = Doorbell(redis_url)
    doorbell.ring(4711, Status.PREPARED)
    assert doorbell.waiting("speech") == 1
    [message] = redis.Redis.from_url(redis_url).lrange("speech", 0, -1)
    assert b"W1s0NzExXSw" in message  # base64 of [[4711], ...
    redis.Redis.from_url(redis_url).delete("speech")


def test_nobody_is_rung_for_what_a_person_does(redis_url):
    Doorbell(redis_url).ring(1, Status.DRAFTED)
    assert redis.Redis.from_url(redis_url).keys("*draft*") == []


def test_a_redis_that_is_down_costs_no_time_and_no_error():
    doorbell = Doorbell("redis://127.0.0.1:1/0")
    began = time.monotonic()
    doorbell.ring(1, Status.RECEIVED)
    assert time.monotonic() - began < 5 * RING_TIME
    assert doorbell.waiting("media") == 0


def test_a_redis_that_hangs_is_left_alone_after_a_moment():
    server = started_redis()
    process = redis.Redis(port=server.port).info("server")["process_id"]
    os.kill(process, signal.SIGSTOP)
    try:
        began = time.monotonic()
        Doorbell(f"redis://127.0.0.1:{server.port}/0").ring(1, Status.RECEIVED)
        assert time.monotonic() - began < 20 * RING_TIME  # two connections, and a busy machine
    finally:
        os.kill(process, signal.SIGCONT)
        server.stop()


def test_a_redis_that_evicts_is_complained_about(redis_url):
    client, doorbell = redis.Redis.from_url(redis_url), Doorbell(redis_url)
    assert doorbell.complaint() == ""
    client.config_set("maxmemory-policy", "allkeys-lru")
    assert "noeviction" in doorbell.complaint()
    client.config_set("maxmemory-policy", "noeviction")

"""Closed windows to messages: asynchronous calls to the `tdad` of the TaskManager's own host."""

import asyncio
import logging
import random

import tda_client
from pyflink.datastream.functions import AsyncFunction

from .messages import dead_letter, window_completed
from .windowing import now_ms

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 5.0


class Computing(AsyncFunction):
    """Each window's barcode, by one connection of many requests.

    An overloaded daemon, or one that is not there, is asked again with growing pauses for as long as it takes, which
    holds the stream back. A window that the daemon refuses is given up: its records become dead letters.
    """

    def __init__(self, socket, options):
        self.socket = socket
        self.options = options

    def open(self, runtime_context):
        self.connection = None
        self.connecting = None

    async def async_invoke(self, closed):
        points = closed.points.astype(self.options["precision"])
        pause = 0.05
        while True:
            tda = None
            try:
                tda = await self.connected()
                result = await tda.rips(points, **self.options)
                return [window_completed(closed, result, self.options["precision"], now_ms())]
            except (tda_client.Overloaded, tda_client.Unavailable, tda_client.NoDaemon) as error:
                if tda is self.connection and not isinstance(error, tda_client.Overloaded):
                    self.connection = None
                wait = max(pause, getattr(error, "retry_after", None) or 0) * random.uniform(0.5, 1.5)
                if pause == LONGEST_PAUSE:
                    LOG.warning("%s; asking again in %.1f s", error, wait)
                await asyncio.sleep(wait)
                pause = min(2 * pause, LONGEST_PAUSE)
            except tda_client.TDAError as error:
                now = now_ms()
                return [dead_letter(record, "refused", str(error), now) for record in closed.records]

    async def connected(self):
        """The connection, made anew where there is none; all calls run on one event loop."""
        if self.connecting is None:
            self.connecting = asyncio.Lock()
        async with self.connecting:
            if self.connection is None:
                self.connection = await tda_client.AsyncClient(self.socket, name="tda-flink").connect()
        return self.connection

"""The client for asyncio: one connection, many requests at once, cancelled with the task that awaits them."""

import asyncio
import contextlib
import itertools

from . import tda_pb2 as pb
from .errors import NoDaemon, ProtocolError, ResourceExhausted, Unavailable, from_failure
from .frames import HEADER, Frame, Kind, encode, read_header
from .inputs import as_input
from .options import compute_message
from .results import Estimate, Progress, decode_result
from .socket_path import default_socket


class AsyncClient:
    """A connection to the daemon at the Unix socket `path` (`default_socket()` where None).

    >>> async with AsyncClient() as tda:
    ...     result = await tda.rips(points)

    `name` is what the daemon's log and `tda status` show. Raises NoDaemon where nobody answers.
    """

    def __init__(self, path=None, *, name="tda-client"):
        self.path = path or default_socket()
        self.name = name
        self._ids = itertools.count(1)
        self._waiting = {}
        self._broken = None

    async def __aenter__(self):
        return await self.connect()

    async def __aexit__(self, *_):
        await self.close()

    async def connect(self):
        """Says hello; returns self once the daemon has answered."""
        try:
            self._reader, self._writer = await asyncio.open_unix_connection(str(self.path))
        except OSError as error:
            raise NoDaemon(self.path, error.strerror or error) from None
        self._write(Kind.HELLO, 0, pb.Hello(version=1, client=self.name))
        try:
            welcome = await self._read()
            if welcome.kind is Kind.FAILURE:
                raise from_failure(pb.Failure.FromString(welcome.control))
            if welcome.kind is not Kind.WELCOME:
                raise ProtocolError(f"expected welcome, got {welcome.kind.name}")
        except (OSError, asyncio.IncompleteReadError) as error:
            self._writer.close()
            raise NoDaemon(self.path, f"it closed the connection: {error}") from None
        except BaseException:
            self._writer.close()
            raise
        message = pb.Welcome.FromString(welcome.control)
        self.server = message.server
        self._max_frame = message.limits.max_frame_bytes
        self._room = asyncio.Semaphore(message.limits.max_in_flight)
        self._listener = asyncio.create_task(self._listen(), name=f"tda-client {self.path}")
        return self

    async def close(self):
        """Closes the connection, which cancels whatever is under way on it."""
        self._listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listener
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def rips(self, data, *, progress=None, **options):
        """The Vietoris–Rips barcode of `data`: points as an array of shape (points, dimension), or `Points`,
        `Distances`, `Graph`. Options as in `options.rips`; `threads`, and `timeout` in seconds. `progress` is called
        with a `Progress` now and then. Returns a `Result`; raises a `TDAError`.
        """
        return await self._compute(as_input(data), compute_message("rips", options), progress)

    async def estimate_rips(self, data, **options):
        """What `rips` of the same would take, as an `Estimate`."""
        return await self._estimate(as_input(data), compute_message("rips", options))

    async def alpha(self, data, *, progress=None, **options):
        """The alpha barcode of points with two or three coordinates; births and deaths are radii. Options as in
        `options.alpha`, else as `rips`; the `Result` has an `alpha_shape`.
        """
        return await self._compute(as_input(data), compute_message("alpha", options), progress)

    async def estimate_alpha(self, data, **options):
        """What `alpha` of the same would take, as an `Estimate`."""
        return await self._estimate(as_input(data), compute_message("alpha", options))

    async def cancel(self, computation):
        """Cancels the computation of that number in `status`: of the same user, or by root any. Returns whether there
        was one; whoever asked for it gets `Cancelled`.
        """
        message = pb.Cancel(computation=computation)
        return (await self._ask(Kind.CANCEL, message, Kind.CANCEL_REPLY, pb.Cancelled)).found

    async def status(self):
        """The daemon's load and what it computes just now, as the protocol's `Status` message."""
        return await self._ask(Kind.STATUS, pb.StatusRequest(), Kind.STATUS_REPLY, pb.Status)

    async def devices(self):
        """The machine as the daemon sees it, as the protocol's `Devices` message."""
        return await self._ask(Kind.DEVICES, pb.DevicesRequest(), Kind.DEVICES_REPLY, pb.Devices)

    async def metrics(self):
        """The daemon's metrics as Prometheus' text."""
        return (await self._ask(Kind.METRICS, pb.MetricsRequest(), Kind.METRICS_REPLY, pb.Metrics)).text

    async def _compute(self, given, message, progress):
        message.input.CopyFrom(given.message)
        if progress:
            message.progress_interval_ms = 100
        frame = await self._exchange(Kind.COMPUTE, message, given.arrays, Kind.RESULT, progress)
        return decode_result(frame.control, frame.arrays)

    async def _estimate(self, given, message):
        message.input.CopyFrom(given.message)
        frame = await self._exchange(Kind.ESTIMATE, message, given.arrays, Kind.ESTIMATE_REPLY)
        reply = pb.Estimate.FromString(frame.control)
        return Estimate(reply.seconds, reply.memory, reply.admissible, reply.memory_budget)

    async def _ask(self, kind, message, reply, answer):
        return answer.FromString((await self._exchange(kind, message, (), reply)).control)

    async def _exchange(self, kind, message, arrays, reply, progress=None):
        """Sends a request and waits for its answer, which must be of the kind `reply`."""
        async with self._room:
            if self._broken:
                raise self._broken
            request = next(self._ids)
            buffers = encode(kind, request, message, arrays)
            if (length := sum(map(len, buffers)) - 4) > self._max_frame:
                detail = {"length": str(length), "limit": str(self._max_frame)}
                raise ResourceExhausted(
                    f"the request is {length} bytes long, past the daemon's limit", detail
                )
            answer = asyncio.get_running_loop().create_future()
            self._waiting[request] = (answer, progress)
            try:
                self._writer.writelines(buffers)
                await self._drain()
                frame = await answer
            except asyncio.CancelledError:
                self._write(Kind.CANCEL, next(self._ids), pb.Cancel(request=request))
                raise
            finally:
                self._waiting.pop(request, None)
        if frame.kind is Kind.FAILURE:
            raise from_failure(pb.Failure.FromString(frame.control))
        if frame.kind is not reply:
            raise ProtocolError(f"expected {reply.name}, got {frame.kind.name}")
        return frame

    async def _drain(self):
        """Waits for room in the socket; a daemon that has gone is told of by the listener, with its last words."""
        with contextlib.suppress(OSError):
            await self._writer.drain()

    def _write(self, kind, request, message):
        self._writer.writelines(encode(kind, request, message))

    async def _read(self):
        header = read_header(await self._reader.readexactly(HEADER.size))
        control = await self._reader.readexactly(header.control_length)
        arrays = await self._reader.readexactly(header.arrays_length)
        return Frame(header.kind, header.request, control, arrays)

    async def _listen(self):
        """Hands each frame to the request that waits for it, until the connection ends."""
        try:
            while True:
                self._deliver(await self._read())
        except Exception as error:
            self._fail(error)

    def _deliver(self, frame):
        if frame.request == 0 and frame.kind is Kind.FAILURE:
            raise from_failure(pb.Failure.FromString(frame.control))
        answer, progress = self._waiting.get(frame.request, (None, None))
        if answer is None or answer.done():
            return
        if frame.kind is not Kind.PROGRESS:
            answer.set_result(frame)
        elif progress:
            told = pb.Progress.FromString(frame.control)
            progress(Progress(told.phase, told.fraction))

    def _fail(self, error):
        """The connection is at its end: every request that waits, and each later one, gets the reason."""
        if isinstance(error, asyncio.IncompleteReadError | OSError):
            error = Unavailable("the daemon closed the connection before it answered")
        self._broken = error
        for answer, _ in self._waiting.values():
            if not answer.done():
                answer.set_exception(error)
        self._writer.close()

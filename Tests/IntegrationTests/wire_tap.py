"""Listens in on what a client of Kafka asks of its brokers, of which it knows only our ears."""

import socket
import struct
import threading
from contextlib import suppress

PRODUCE, END_TXN, TXN_OFFSET_COMMIT = 0, 26, 28


class Tap:
    """Stands before brokers on loopback; `servers` are where clients find it. Requests gather in their order."""

    def __init__(self, servers):
        self.requests = []
        self.listeners = {
            int(each.rsplit(":", 1)[1]): socket.create_server(("127.0.0.1", 0)) for each in servers.split(",")
        }
        self.servers = ",".join(f"127.0.0.1:{own.getsockname()[1]}" for own in self.listeners.values())
        for port, own in self.listeners.items():
            threading.Thread(target=self.accept, args=(own, port), daemon=True).start()

    def close(self):
        for own in self.listeners.values():
            # Wakes the thread that accepts.
            own.shutdown(socket.SHUT_RDWR)
            own.close()

    def accept(self, own, port):
        while True:
            try:
                client, _ = own.accept()
                broker = socket.create_connection(("127.0.0.1", port))
            except OSError:
                return
            for source, sink, change in ((client, broker, self.hear), (broker, client, self.redirect)):
                threading.Thread(target=self.pass_on, args=(source, sink, change), daemon=True).start()

    @staticmethod
    def pass_on(source, sink, change):
        """Frame by frame: a length, then as many bytes. Where one side ends, so does the other."""
        with suppress(OSError), source.makefile("rb") as incoming:
            while len(length := incoming.read(4)) == 4:
                sink.sendall(length + change(incoming.read(struct.unpack(">i", length)[0])))
        for each in source, sink:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def hear(self, request):
        self.requests.append(request)
        return request

    def redirect(self, answer):
        """Where the brokers name themselves, our ports instead of theirs."""
        for port, own in self.listeners.items():
            answer = answer.replace(
                b"127.0.0.1" + struct.pack(">i", port), b"127.0.0.1" + struct.pack(">i", own.getsockname()[1])
            )
        return answer

    def transactions(self):
        """What was committed together: the bytes of the records, and the offset for each topic and partition."""
        records, offsets, found = b"", {}, []
        for request in list(self.requests):
            kind = struct.unpack_from(">h", request)[0]
            if kind == PRODUCE:
                records += request
            elif kind == TXN_OFFSET_COMMIT:
                offsets |= offsets_of(request)
            elif kind == END_TXN:
                is_commit = request[-1] == 1
                if is_commit:
                    found.append((records, offsets))
                records, offsets = b"", {}
        return found


def offsets_of(request):
    """Of a TxnOffsetCommit before its version 3."""
    place = 0

    def take(form):
        nonlocal place
        values = struct.unpack_from(form, request, place)
        place += struct.calcsize(form)
        return values

    def text():
        nonlocal place
        (length,) = take(">h")
        place += max(length, 0)
        return request[place - max(length, 0) : place].decode()

    _, version, _ = take(">hhi")
    assert version <= 2
    for _ in ("client", "transaction", "group"):
        text()
    take(">qh")
    offsets = {}
    for _ in range(take(">i")[0]):
        topic = text()
        for _ in range(take(">i")[0]):
            partition, offset = take(">iq")
            if version == 2:
                take(">i")
            text()
            offsets[topic, partition] = offset
    return offsets

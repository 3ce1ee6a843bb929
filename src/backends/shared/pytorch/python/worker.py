"""Runs a language model with transformers for llenergymeasure: commands on stdin, answers on stdout, one JSON value per line.

Every command has an `id` and a `do`; every answer repeats the id and holds `value`, `steps` or `failed`. `steps` may come
several times before the `value` of a batch. Times are milliseconds of CLOCK_MONOTONIC.
"""

import json
import os
import queue
import sys
import threading
import time
import traceback


class Wire:
    """The one way out. Whatever libraries print goes to stderr."""

    def __init__(self):
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1024 * 1024)
        os.dup2(2, 1)
        self._lock = threading.Lock()

    def send(self, message):
        text = json.dumps(message, separators=(",", ":"))
        with self._lock:
            self._out.write(text + "\n")
            self._out.flush()


class Aborts:
    """Batches that nobody waits for any more. Written by the thread that reads, read between two steps."""

    def __init__(self):
        self._ids = set()

    def add(self, batch_id):
        self._ids.add(batch_id)

    def has(self, batch_id):
        return batch_id in self._ids


def read_commands(commands, aborts):
    """An end of stdin is the end of whoever started us: then nothing here is of use to anyone."""
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "abort":
            aborts.add(command["batch"])
        else:
            commands.put(command)
    os._exit(0)


def answer(engine, command, wire, aborts):
    """The value of one command; `engine` is None until `open`."""
    do = command["do"]
    if do == "encode":
        return engine.encode(command["text"])
    if do == "decode":
        return engine.decode(command["tokens"])
    if do == "generate":
        return engine.generate(
            command,
            lambda steps: wire.send({"id": command["id"], "steps": steps}),
            lambda: aborts.has(command["id"]),
        )
    if do == "observe":
        return engine.observe()
    raise ValueError(f"unknown command {do}")


def describe(thrown):
    """Kind and message of what was thrown. Out of memory has many faces: of CUDA, of the CPU's allocator, of Python."""
    text = f"{type(thrown).__name__}: {thrown}"
    is_memory = (
        isinstance(thrown, MemoryError)
        or "OutOfMemoryError" in type(thrown).__name__
        or "can't allocate memory" in text
        or "out of memory" in text.lower()
    )
    missing = thrown.name if isinstance(thrown, ModuleNotFoundError) else None
    return {
        "kind": "memory" if is_memory else "missing" if missing else "error",
        "message": text[:2000],
        "missing": missing,
    }


def main():
    wire = Wire()
    commands = queue.Queue()
    aborts = Aborts()
    threading.Thread(target=read_commands, args=(commands, aborts), daemon=True).start()
    engine = None
    while True:
        command = commands.get()
        try:
            if command["do"] == "open":
                # Here, so that a library that is missing is an answer and not a crash.
                from engine import Engine

                engine = Engine(command)
                value = {**engine.facts(), "atMs": time.monotonic_ns() / 1e6}
            else:
                value = answer(engine, command, wire, aborts)
            wire.send({"id": command["id"], "value": value})
        except Exception as thrown:
            traceback.print_exc()
            wire.send({"id": command["id"], "failed": describe(thrown)})
            # The frames hold tensors: a batch that did not fit must not take the memory of the next.
            traceback.clear_frames(thrown.__traceback__)
            if engine is not None:
                engine.release_memory()


main()

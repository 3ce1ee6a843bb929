"""Counts and stamps the tokens of a batch as they come out of `generate`."""

import time

# Steps are told in lots of this much time: a line for each would cost the loop that is measured.
LOT_MS = 100


class Row:
    """The output of one prompt. What comes after its end is padding and no output."""

    def __init__(self, longest, stop_ids):
        self._longest = longest
        self._stop_ids = stop_ids
        self.tokens = []
        self.is_stopped = False

    def is_ended(self):
        return self.is_stopped or len(self.tokens) == self._longest

    def add(self, tokens):
        """How many of the tokens are output. A token that ends the text is one: it was computed like every other."""
        before = len(self.tokens)
        for token in tokens:
            if self.is_ended():
                break
            self.tokens.append(token)
            self.is_stopped = token in self._stop_ids
        return len(self.tokens) - before


class Steps:
    """A streamer as transformers wants one: `put` gets the prompt, then the tokens of each step, already on the host."""

    def __init__(self, rows, send):
        self._rows = rows
        self._send = send
        self._lot = []
        self._sent_at_ms = time.monotonic_ns() / 1e6
        self._awaits_prompt = True

    def put(self, value):
        at_ms = time.monotonic_ns() / 1e6
        if self._awaits_prompt:
            self._awaits_prompt = False
            return
        tokens = value.tolist()
        # One token of each row; with speculation, several of the only row.
        self.add(at_ms, tokens if value.dim() > 1 else [[token] for token in tokens])

    def add(self, at_ms, tokens_by_row):
        self._lot.append([at_ms, [row.add(tokens) for row, tokens in zip(self._rows, tokens_by_row)]])
        if at_ms - self._sent_at_ms >= LOT_MS:
            self._flush(at_ms)

    def end(self):
        self._flush(time.monotonic_ns() / 1e6)

    def _flush(self, at_ms):
        if self._lot:
            self._send(self._lot)
        self._lot = []
        self._sent_at_ms = at_ms

"""A loaded model: tokens in, tokens out, in batches that start together."""

import time

import torch
from transformers import GenerationConfig, StoppingCriteria, StoppingCriteriaList

from facts import describe_model, describe_settings, resident_bytes
from loading import load_assistant, load_model, load_tokenizer
from steps import Row, Steps


class Aborted(Exception):
    """Nobody waits for this batch any more."""


class AbortBetweenSteps(StoppingCriteria):
    def __init__(self, is_aborted):
        self._is_aborted = is_aborted

    def __call__(self, input_ids, scores, **kwargs):
        if self._is_aborted():
            raise Aborted("the batch was ended early")
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)


class Engine:
    def __init__(self, spec):
        self._spec = spec
        before = resident_bytes()
        self._tokenizer = load_tokenizer(spec)
        self._model = load_model(spec)
        self._assistant = load_assistant(spec, self._model)
        self._added_bytes = None if before is None else max(0, resident_bytes() - before)
        own = self._model.generation_config
        self._stop_ids = ids_of(own.eos_token_id, self._tokenizer.eos_token_id)
        self._pad_id = first_id(self._tokenizer.pad_token_id, own.pad_token_id, *self._stop_ids, 0)
        # What a model's files say of sampling must not reach a measurement that was told something else.
        self._model.generation_config = GenerationConfig()
        self._batches = 0
        self._row_count = 0
        self._prompt_tokens = 0
        self._padded_tokens = 0

    def facts(self):
        return {**describe_model(self._model), "addedBytes": self._added_bytes}

    def encode(self, text):
        return self._tokenizer(text)["input_ids"]

    def decode(self, tokens):
        return self._tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )

    def generate(self, command, send, is_aborted):
        prompts = [row["tokens"] for row in command["rows"]]
        longest = [row["maxTokens"] for row in command["rows"]]
        if min(map(len, prompts)) == 0:
            raise ValueError("a prompt has no token")
        torch.manual_seed(command["seed"])
        stop_ids = [] if self._spec["ignoreEos"] else self._stop_ids
        rows = [Row(most, stop_ids) for most in longest]
        steps = Steps(rows, send)
        tokens, mask = self._padded(prompts)
        is_beam = self._spec["numBeams"] > 1
        output = self._model.generate(
            tokens,
            attention_mask=mask,
            generation_config=self._generation_config(max(longest), stop_ids),
            stopping_criteria=StoppingCriteriaList([AbortBetweenSteps(is_aborted)]),
            **({} if is_beam else {"streamer": steps}),
            **({} if self._assistant is None else {"assistant_model": self._assistant}),
        )
        if is_beam:
            # Until the last step any beam may win: all tokens become visible together.
            beams = output[:, tokens.shape[1] :].tolist()
            steps.add(time.monotonic_ns() / 1e6, beams)
            steps.end()
        self._count(prompts)
        return [
            {"tokens": len(row.tokens), "stopped": row.is_stopped, "text": self.decode(row.tokens)}
            for row in rows
        ]

    def observe(self):
        batches = max(1, self._batches)
        return {
            **describe_settings(self._model, self._spec),
            "pad_token_id": self._pad_id,
            "stop_token_ids": [] if self._spec["ignoreEos"] else self._stop_ids,
            "batches": self._batches,
            "rows_per_batch": self._row_count / batches,
            "padding_share": 1 - self._prompt_tokens / max(1, self._padded_tokens),
        }

    def release_memory(self):
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _padded(self, prompts):
        """Padding stands on the left, so that every row goes on where its prompt ends."""
        width = max(map(len, prompts))
        tokens = [[self._pad_id] * (width - len(prompt)) + prompt for prompt in prompts]
        mask = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
        device = self._model.device
        return torch.tensor(tokens, device=device), torch.tensor(mask, device=device)

    def _generation_config(self, longest, stop_ids):
        spec = self._spec
        sampling = {
            "do_sample": True,
            "temperature": spec["temperature"],
            "top_k": spec["topK"],
            "top_p": spec["topP"],
            **({} if spec["minP"] == 0 else {"min_p": spec["minP"]}),
        }
        return GenerationConfig(
            max_new_tokens=longest,
            **({"do_sample": False} if spec["temperature"] == 0 else sampling),
            **({} if stop_ids == [] else {"min_new_tokens": min(spec["minNewTokens"], longest)}),
            repetition_penalty=spec["repetitionPenalty"],
            eos_token_id=stop_ids or None,
            pad_token_id=self._pad_id,
            # What is compiled is what `torch_compile` asks for, and nothing behind its back.
            disable_compile=True,
            **spec["generation"],
        )

    def _count(self, prompts):
        self._batches += 1
        self._row_count += len(prompts)
        self._prompt_tokens += sum(map(len, prompts))
        self._padded_tokens += len(prompts) * max(map(len, prompts))


def ids_of(*candidates):
    """All ids among candidates that are an id, a list of ids or nothing."""
    found = []
    for candidate in candidates:
        found += candidate if isinstance(candidate, (list, tuple)) else [candidate]
    return sorted({one for one in found if one is not None})


def first_id(*candidates):
    return ids_of(next(one for one in candidates if one is not None))[0]

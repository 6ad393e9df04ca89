"""Messages a second of the triage, side by side with the same encoder in other programs, and where the time goes.

    python -m benchmarks.triage_speed --messages 300 --rounds 5 --threads 1 2 --out triage_speed.json

The texts are mails of the seed set that the package brings. For each number of threads a fresh process runs every
program once a round, in random order, all of them on the same texts:

    calmdesk, reading    the model with its four heads and the rules it hears (`Reader.read`)
    calmdesk, complete   with language, signals, concerns and evidence (`Triager.triage`)
    pipeline             transformers.pipeline("text-classification") as it comes: text by text
    ...                  the same with batch_size=32; sentence-transformers and setfit with a linear head

Medians of the rounds go to stdout as JSON, what happens to stderr. The peers are in the extra ``benchmarks``; one that
cannot be loaded is left out and named with the error. Nothing else should run on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.nn import functional as F

import pipeline.learning
from pipeline.config import PACKAGED_ENCODER, Thresholds
from pipeline.records import Message
from pipeline.triage import reader as reading
from pipeline.triage import triager as triaging
from pipeline.triage.concern_head import ConcernHead
from pipeline.triage.concerns import Mail
from pipeline.triage.encoder import BATCH_TOKENS, Encoder
from pipeline.triage.heads import Heads
from pipeline.triage.reader import Reader
from pipeline.triage.signal_rules import SignalRules
from pipeline.triage.triager import Triager
from pipeline.triage.volume import joined
from pipeline.triage.weights_file import load_reader

SINGLE_MESSAGES = 50
SINGLE_WORDS = 60
MEMORY_MAILS = 200


def seed_mails(count: int) -> list[Message]:
    """``count`` mails of the seed set, the same at every call."""
    folder = Path(pipeline.learning.__file__).parent / "seed"
    lines = [line for file in sorted(folder.glob("mails_*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    rows = random.Random(7).sample([json.loads(line) for line in lines], count)
    return [Message(row["id"], row.get("subject", ""), row["text"]) for row in rows]


def triage(triager: Triager, messages: Sequence[Message]) -> None:
    triager.triage(messages, lambda mailbox: Thresholds())


# --- where the time goes --------------------------------------------------------------------------------------------

PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "tokenising": ((Encoder, "windows"),),
    "rules": (
        *((reading, name) for name in ("hushed", "quiet", "surface", "facts")),
        *((triaging, name) for name in ("detect", "decide", "find_stake", "escalation")),
        (SignalRules, "find"),
    ),
    "heads": (
        *((Heads, name) for name in ("summary", "focus", "of_feeling", "of_matter")),
        (reading, "_shares"),
        (Reader, "_calibrated"),
    ),
    "evidence": ((triaging, "find_evidence"),),
    "concerns": (
        (triaging, "find_concerns"),
        (Mail, "of"),
        (ConcernHead, "margins"),
    ),
}


class Clock:
    """Seconds spent in each part, those of parts within it left out; and all of them in ``whole``."""

    def __init__(self) -> None:
        self.own: dict[str, float] = defaultdict(float)
        self.whole: dict[str, float] = defaultdict(float)
        self._within = [0.0]

    def wrap(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            self._within.append(0.0)
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                seconds = time.perf_counter() - started
                self.own[part] += seconds - self._within.pop()
                self.whole[part] += seconds
                self._within[-1] += seconds

        return timed


class Work:
    """Floating-point operations of the encoder's matrix products, counted batch by batch."""

    def __init__(self, reader: Reader) -> None:
        config = reader.heads.body.config
        self._layers, self._width, self._wide = config.num_hidden_layers, config.hidden_size, config.intermediate_size
        self.needed = self.tokens = self.padded = 0

    def count(self, mask: Tensor) -> None:
        """A product of (m, k) and (k, n) takes 2 m k n; padding is no work needed."""
        lengths = mask.sum(1).tolist()
        products = 2 * (4 * self._width * self._width + 2 * self._width * self._wide)
        self.needed += self._layers * sum(length * products + 4 * length * length * self._width for length in lengths)
        self.tokens += sum(lengths)
        self.padded += mask.numel()


@contextmanager
def measured(reader: Reader) -> Iterator[tuple[Clock, Work]]:
    """While it lasts the parts of ``reader`` and of triage are timed and its products counted."""
    clock, work = Clock(), Work(reader)
    body = clock.wrap("body", reader._states)

    def states(ids: Tensor, mask: Tensor) -> Any:
        work.count(mask)
        return body(ids, mask)

    with ExitStack() as stack:
        stack.enter_context(patch.object(reader, "_states", states))
        for part, places in PARTS.items():
            for owner, name in places:
                stack.enter_context(patch.object(owner, name, clock.wrap(part, getattr(owner, name))))
        yield clock, work


def profile(reader: Reader, run: Callable[[], object]) -> dict[str, Any]:
    with measured(reader) as (clock, work):
        started = time.perf_counter()
        run()
        seconds = time.perf_counter() - started
    shares = {part: round(own / seconds, 3) for part, own in sorted(clock.own.items(), key=lambda item: -item[1])}
    return {
        "encoder_gflops": round(work.needed / clock.own["body"] / 1e9, 1),
        "padding": round(1 - work.tokens / work.padded, 4),
        "tokens_read": work.tokens,
        "shares_of_time": {**shares, "rest": round(1 - sum(clock.own.values()) / seconds, 3)},
        "evidence_with_its_readings": round(clock.whole["evidence"] / seconds, 3),
    }


# --- what the machine could do --------------------------------------------------------------------------------------


def product_rate(shapes: Sequence[tuple[int, int, int]], dtype: torch.dtype) -> float:
    """GFLOP/s of plain matrix products of (m, k) and (k, n), median of twenty."""
    pairs = [(torch.randn(m, k, dtype=dtype), torch.randn(n, k, dtype=dtype)) for m, k, n in shapes]
    seconds = []
    for _ in range(23):
        started = time.perf_counter()
        for states, weight in pairs:
            F.linear(states, weight)
        seconds.append(time.perf_counter() - started)
    return sum(2 * m * k * n for m, k, n in shapes) / statistics.median(seconds[3:]) / 1e9


def machine(reader: Reader) -> dict[str, float]:
    config, dtype = reader.heads.body.config, reader.heads.body.dtype
    width, wide, m = config.hidden_size, config.intermediate_size, BATCH_TOKENS
    shapes = ((m, width, 3 * width), (m, width, width), (m, width, wide), (m, wide, width))
    with torch.inference_mode():
        return {
            "large_products_gflops": round(product_rate([(2048, 2048, 2048)], dtype), 1),
            "products_of_the_model_gflops": round(product_rate(shapes, dtype), 1),
            "large_products_float32_gflops": round(product_rate([(2048, 2048, 2048)], torch.float32), 1),
        }


# --- the measurements -----------------------------------------------------------------------------------------------


def speed(count: int, rounds: int, weights: str) -> dict[str, Any]:
    """Everything for the threads this process was given."""
    from benchmarks.triage_peers import peers, write_peer_models

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    reader = load_reader(PACKAGED_ENCODER, weights)
    triager, messages = Triager(reader), seed_mails(count)
    texts = [joined(message.subject, message.text) for message in messages]
    with tempfile.TemporaryDirectory() as folder:
        others, missing = peers(*write_peer_models(reader, Path(folder)))
        programs: dict[str, Callable[[], object]] = {
            "calmdesk, reading": lambda: reader.read(texts),
            "calmdesk, complete": lambda: triage(triager, messages),
            **{name: partial(program, texts) for name, program in others.items()},
        }
        rates = _rates(programs, rounds, len(texts))
    profiles = {
        name: _median_of([profile(reader, programs[name]) for _ in range(rounds)])
        for name in ("calmdesk, reading", "calmdesk, complete")
    }
    able = machine(reader)
    return {
        "messages_per_second": rates,
        "times_the_pipeline": {name: round(rate / rates["pipeline"], 2) for name, rate in rates.items()},
        "left_out": missing,
        "machine": able,
        "encoder_share_of_the_machine": {
            name: round(found["encoder_gflops"] / able["large_products_gflops"], 3) for name, found in profiles.items()
        },
        "where_it_goes": profiles,
        "single_message_ms": {
            "complete": _latency(lambda message: triage(triager, [message])),
            "reading": _latency(lambda message: reader.read([joined(message.subject, message.text)])),
        },
    }


def _rates(programs: dict[str, Callable[[], object]], rounds: int, count: int) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for turn in range(rounds + 1):
        for name in random.sample(list(programs), len(programs)):
            started = time.perf_counter()
            programs[name]()
            took = time.perf_counter() - started
            print(f"round {turn} {name}: {count / took:.1f} messages/s", file=sys.stderr)
            seconds[name] += [took] if turn else []  # the first warms up
    return {name: round(count / statistics.median(values), 1) for name, values in seconds.items()}


def _median_of(profiles: list[dict[str, Any]]) -> dict[str, Any]:
    return sorted(profiles, key=lambda one: one["encoder_gflops"])[len(profiles) // 2]


def _latency(run: Callable[[Message], object]) -> dict[str, float]:
    """Milliseconds of single messages that nobody has seen before, on a warm worker."""
    long = [one for one in seed_mails(20 * SINGLE_MESSAGES) if len(one.text.split()) >= SINGLE_WORDS]
    cut = [Message(one.id, "", " ".join(one.text.split()[:SINGLE_WORDS])) for one in long[: SINGLE_MESSAGES + 5]]
    found = []
    for message in cut:
        started = time.perf_counter()
        run(message)
        found.append((time.perf_counter() - started) * 1000)
    warm = sorted(found[5:])
    return {"median": round(statistics.median(warm), 1), "p95": round(warm[int(len(warm) * 0.95)], 1)}


def memory(weights: str) -> dict[str, float]:
    """Megabytes of this process, which must be fresh and do nothing else."""
    triager = Triager(load_reader(PACKAGED_ENCODER, weights))
    triage(triager, seed_mails(1))
    loaded = _resident()
    triage(triager, seed_mails(MEMORY_MAILS))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"loaded": loaded, f"after {MEMORY_MAILS} mails": _resident(), "peak": round(peak, 1)}


def _resident() -> float:
    status = Path("/proc/self/status").read_text("utf-8")
    return round(int(status.partition("VmRSS:")[2].split()[0]) / 1024, 1)


def _in_fresh_process(options: argparse.Namespace, part: str, threads: int) -> Any:
    command = [sys.executable, "-m", "benchmarks.triage_speed", "--part", part, "--weights", options.weights]
    command += ["--messages", str(options.messages), "--rounds", str(options.rounds)]
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")
    environment = {**os.environ, **dict.fromkeys(names, str(threads)), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=environment, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--weights", default="", help="a folder of weights; by default those of the package")
    parser.add_argument("--out", type=Path, help="a file for the JSON beside stdout")
    parser.add_argument("--part", choices=("speed", "memory"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        done = (
            memory(options.weights)
            if options.part == "memory"
            else speed(options.messages, options.rounds, options.weights)
        )
        print(json.dumps(done))
        return
    words = [len(message.text.split()) for message in seed_mails(options.messages)]
    found = {
        "machine": {"processor": platform.processor() or platform.machine(), "load_at_start": os.getloadavg()[0]},
        "versions": {"torch": torch.__version__, "python": platform.python_version()},
        "messages": options.messages,
        "mean_words": round(statistics.mean(words), 1),
        "memory_mb": _in_fresh_process(options, "memory", max(options.threads)),
        "threads": {str(threads): _in_fresh_process(options, "speed", threads) for threads in options.threads},
    }
    text = json.dumps(found, indent=2)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

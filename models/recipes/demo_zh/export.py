"""Step 4, export: the averaged checkpoint as a CTranslate2 int8 folder that faster-whisper loads like any Whisper."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch

from models.recipes.demo_zh import tokens
from models.recipes.demo_zh.network import Attention, Block, Net, Shape
from models.recipes.demo_zh.texts import edition
from monitor.asr import checksums

LANGUAGES = range(50259, 50358)
# in the order of the vocabulary
NAMES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr "
    "bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn "
    "yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su"
)
SPACE = 220  # Whisper never begins a text with it
PREPROCESSOR = {
    "chunk_length": 30, "dither": 0.0, "feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 80,
    "hop_length": 160, "n_fft": 400, "n_samples": 480000, "nb_max_frames": 3000, "padding_side": "right",
    "padding_value": 0.0, "processor_class": "WhisperProcessor", "return_attention_mask": False, "sampling_rate": 16000,
}  # fmt: skip


def array(x: torch.Tensor) -> np.ndarray:
    return np.ascontiguousarray(x.detach().float().numpy())


def linear(spec: Any, *parts: torch.nn.Linear) -> None:
    """One CTranslate2 layer of one or more of ours, stacked; a missing bias is zero."""
    spec.weight = array(torch.cat([p.weight for p in parts]))
    spec.bias = array(torch.cat([p.bias if p.bias is not None else torch.zeros(p.out_features) for p in parts]))


def norm(spec: Any, layer: torch.nn.LayerNorm) -> None:
    spec.gamma, spec.beta = array(layer.weight), array(layer.bias)


def attention(spec: Any, layer: Attention, layer_norm: torch.nn.LayerNorm, cross: bool) -> None:
    norm(spec.layer_norm, layer_norm)
    if cross:
        linear(spec.linear[0], layer.q)
        linear(spec.linear[1], layer.k, layer.v)
    else:
        linear(spec.linear[0], layer.q, layer.k, layer.v)
    linear(spec.linear[-1], layer.out)


def block(spec: Any, ours: Block) -> None:
    attention(spec.self_attention, ours.attention, ours.attention_norm, False)
    if ours.cross is not None and ours.cross_norm is not None:
        attention(spec.attention, ours.cross, ours.cross_norm, True)
    norm(spec.ffn.layer_norm, ours.norm)
    linear(spec.ffn.linear_0, ours.up)
    linear(spec.ffn.linear_1, ours.down)


def spread(table: np.ndarray) -> np.ndarray:
    """The compact table over the whole vocabulary: every id not in use gets the shared row."""
    full = np.repeat(table[-1:], tokens.VOCABULARY, 0)
    full[tokens.used_ids()] = table[:-1]
    return full


def build(net: Net) -> Any:
    from ctranslate2.specs import WhisperSpec

    shape = net.shape
    spec = WhisperSpec(shape.encoder_layers, shape.encoder_heads, shape.decoder_layers, shape.heads)
    for name in ("conv1", "conv2"):
        there, here = getattr(spec.encoder, name), getattr(net.encoder, name)
        there.weight, there.bias = array(here.weight), array(here.bias)
    spec.encoder.position_encodings.encodings = array(net.encoder.positions)
    spec.decoder.position_encodings.encodings = array(net.decoder.positions)
    spec.decoder.embeddings.weight = spread(array(net.decoder.table.weight))
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    for there, side in ((spec.encoder, net.encoder), (spec.decoder, net.decoder)):
        norm(there.layer_norm, side.norm)
        for layer, ours in zip(there.layer, side.blocks, strict=True):
            assert isinstance(ours, Block)  # ModuleList knows modules only
            block(layer, ours)
    return spec


def write_tokenizer(out: Path) -> list[str]:
    """tokenizer.json from the byte-pair asset, without line breaks (a third of the size); returns the vocabulary."""
    from tokenizers import AddedToken
    from transformers.convert_slow_tokenizer import TikTokenConverter

    pattern = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
    made = TikTokenConverter(vocab_file=str(tokens.asset()), pattern=pattern).converted()
    task = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
    words = ["endoftext", "startoftranscript", *NAMES.split(), *task]
    special = [f"<|{word}|>" for word in words] + [f"<|{i * 0.02:.2f}|>" for i in range(1501)]
    made.add_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    (out / "tokenizer.json").write_text(
        json.dumps(json.loads(made.to_str()), ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    return [made.id_to_token(i) for i in range(made.get_vocab_size())]


def run(work: Path, out: Path, shape: Shape | None = None) -> None:
    net = Net(shape or Shape())
    kept = torch.load(edition(work) / "checkpoint.pt", weights_only=True, map_location="cpu")
    net.load_state_dict(kept["mean"])
    out.mkdir(parents=True, exist_ok=True)
    vocabulary = write_tokenizer(out)
    if len(vocabulary) != tokens.VOCABULARY:
        raise SystemExit(f"the vocabulary has {len(vocabulary)} entries, {tokens.VOCABULARY} are needed")
    spec = build(net)
    spec.register_vocabulary(vocabulary)
    spec.config.alignment_heads = [[1, head] for head in range(net.shape.next_heads)]
    spec.config.lang_ids, spec.config.suppress_ids, spec.config.suppress_ids_begin = list(LANGUAGES), [], [SPACE]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(out))
    (out / "vocabulary.json").write_text(
        json.dumps(vocabulary, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    (out / "preprocessor_config.json").write_text(json.dumps(PREPROCESSOR, indent=1) + "\n", encoding="utf-8")
    (out / "config.json").write_text(
        json.dumps(json.loads((out / "config.json").read_text()), indent=None) + "\n", encoding="utf-8"
    )
    checksums.write(out)
    size = sum(os.path.getsize(f) for f in out.iterdir()) / 1e6
    print(f"export: {out}, {size:.1f} MB, step {kept['step']}")

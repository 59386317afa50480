"""Whisper models of true shapes with random weights, to measure speed where no trained weights may be had.

Every matrix has its real size, so a decode costs what it costs with trained weights. The decoder's position encodings
are made to spell a fixed sentence of TOKENS tokens and then to end, with a probability near 1, so that every engine
decodes the same number of steps, falls back to no second temperature, and gives comparable timings. What such a model
writes says nothing about accuracy.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
from ctranslate2.specs.whisper_spec import WhisperSpec

SENTENCE = "您好请问有什么可以帮助您的吗我们马上为您办好请您稍等"
TOKENS = 20
PROMPT = 4


@dataclass(frozen=True)
class Shape:
    d_model: int
    heads: int
    encoder_layers: int
    decoder_layers: int
    n_mels: int = 80


SHAPES = {
    "tiny": Shape(384, 6, 4, 4),
    "base": Shape(512, 8, 6, 6),
    "small": Shape(768, 12, 12, 12),
    "large-v3-turbo": Shape(1280, 20, 32, 4, 128),
}


def random_whisper(folder: Path, shape: Shape, like: Path, seed: int = 0, sentences: int = 1) -> Path:
    """Write a CTranslate2 folder of this shape into `folder`, with the tokenizer of the model in `like`.

    sentences: how often the sentence of TOKENS tokens is written before the end.
    """
    tokenizer = tokenizers.Tokenizer.from_file(str(like / "tokenizer.json"))
    rng = np.random.default_rng(seed)
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    d = shape.d_model

    def weights(*size: int, scale: float = 0.02) -> Any:
        return (rng.standard_normal(size, np.float32) * np.float32(scale)).astype(np.float32)

    def linear(layer: Any, rows: int, columns: int) -> None:
        layer.weight, layer.bias = weights(rows, columns), np.zeros(rows, np.float32)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(d, np.float32), np.zeros(d, np.float32)

    def feed_forward(layer: Any) -> None:
        norm(layer.ffn.layer_norm)
        linear(layer.ffn.linear_0, 4 * d, d)
        linear(layer.ffn.linear_1, d, 4 * d)

    def self_attention(layer: Any) -> None:
        norm(layer.self_attention.layer_norm)
        linear(layer.self_attention.linear[0], 3 * d, d)
        linear(layer.self_attention.linear[1], d, d)

    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = weights(d, shape.n_mels, 3), np.zeros(d, np.float32)
    encoder.conv2.weight, encoder.conv2.bias = weights(d, d, 3), np.zeros(d, np.float32)
    encoder.position_encodings.encodings = weights(1500, d)
    norm(encoder.layer_norm)
    for layer in encoder.layer:
        self_attention(layer)
        feed_forward(layer)
    embeddings = weights(tokenizer.get_vocab_size(), d, scale=d**-0.5)
    decoder.embeddings.weight = embeddings
    decoder.projection.weight = embeddings
    decoder.position_encodings.encodings = _spelling(embeddings, tokenizer, sentences)
    norm(decoder.layer_norm)
    for layer in decoder.layer:
        self_attention(layer)
        norm(layer.attention.layer_norm)
        linear(layer.attention.linear[0], d, d)
        linear(layer.attention.linear[1], 2 * d, d)
        linear(layer.attention.linear[2], d, d)
        feed_forward(layer)
    return _save(spec, folder, like, tokenizer)


def _spelling(embeddings: Any, tokenizer: Any, sentences: int) -> Any:
    """Position encodings that point to the sentence's next token, and to the end behind its last."""
    tokens = tokenizer.encode(SENTENCE, add_special_tokens=False).ids[:TOKENS]
    assert len(tokens) == TOKENS
    tokens *= sentences
    end = tokenizer.token_to_id("<|endoftext|>")
    spelled = [tokens[0]] * (PROMPT - 1) + tokens + [end] * (448 - len(tokens) - PROMPT + 1)
    return np.asarray(40 * embeddings[spelled], np.float32)


def _save(spec: Any, folder: Path, like: Path, tokenizer: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    names = [tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())]
    spec.register_vocabulary(names)
    languages = [i for i, name in enumerate(names) if name.startswith("<|") and len(name) in (6, 7)]
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [220]
    spec.config.lang_ids = languages
    spec.config.alignment_heads = [[layer, 0] for layer in range(len(spec.decoder.layer))]
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))
    shutil.copy(like / "tokenizer.json", folder)
    bins = int(spec.encoder.conv1.weight.shape[1])
    (folder / "preprocessor_config.json").write_text(f'{{"feature_size": {bins}, "hop_length": 160, "n_fft": 400}}\n')
    return folder

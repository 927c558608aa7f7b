#!/usr/bin/env bash
# Unpacks Redis and Valkey servers of several versions side by side into .servers/ at the root of the
# repository, so that the integration tests meet every protocol and every snapshot format. Nothing is
# installed and no root is needed: Debian packages are unpacked with the libraries they name and run under
# their own dynamic loader. The mirror is the one this machine's own apt is configured with.
#
# Idempotent: one line per version, what is there is kept. What cannot be had is announced, loudly, and is
# no failure: the tests then run on fewer versions and say so.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
servers="${1:-$here/../.servers}"
mkdir -p "$servers"
servers="$(cd "$servers" && pwd)"
origins="$servers/.origins" # one file per source: the folder that came of it
work="$servers/.work"
mkdir -p "$origins"

# Two builds at once must not unpack over each other.
exec 9>"$servers/.lock"
if command -v flock >/dev/null; then flock 9; fi

notice() {
    printf '\n!!! servers.sh: %s\n!!!             The tests will run without it.\n\n' "$1" >&2
}

present() { # origin
    local folder
    [ -f "$origins/$1" ] || return 1
    folder="$(cat "$origins/$1")"
    [ -x "$servers/$folder/bin/redis-server" ] || return 1
    printf 'servers: %-16s kept (%s)\n' "$folder" "$1"
}

# Names an unpacked folder after what its server says it is, and moves it into place.
publish() { # origin unpacked-folder
    local banner name version folder
    banner="$("$2/bin/redis-server" --version 2>"$work/banner")" || {
        notice "$1 was unpacked but does not run here: $(head -1 "$work/banner")"
        return
    }
    name="$(printf '%s' "$banner" | awk '{print tolower($1)}')"
    version="$(printf '%s' "$banner" | sed -n 's/.* v=\([0-9.]*\).*/\1/p')"
    if [ -z "$version" ]; then
        notice "$1 does not say its version: $banner"
        return
    fi
    folder="$name-$version"
    rm -rf "${servers:?}/$folder"
    mv "$2" "$servers/$folder"
    printf '%s %s\n' "$name" "$version" >"$servers/$folder/version"
    printf '%s\n' "$folder" >"$origins/$1"
    printf 'servers: %-16s unpacked (%s)\n' "$folder" "$1"
}

# The Debian archive in apt's own configuration, whichever of its two formats that is in.
mirror() {
    apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 2>/dev/null |
        awk '$1 ~ /\/debian\/?$/ && $2 !~ /-/ { print $1; exit }'
}

apt() { # folder, arguments of apt-get
    local state="$1"
    shift
    apt-get -q -y \
        -o Dir::State="$state" -o Dir::State::lists="$state/lists" -o Dir::State::status="$state/status" \
        -o Dir::Cache="$state/cache" -o Dir::Etc::sourcelist="$state/sources.list" \
        -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null -o APT::Sandbox::User=root -o Debug::NoLocking=1 \
        -o Acquire::Languages=none -o Acquire::Check-Valid-Until=false -o Acquire::Retries=0 \
        -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 -o APT::Install-Recommends=0 \
        -o APT::Keep-Downloaded-Packages=1 -o Binary::apt-get::APT::Keep-Downloaded-Packages=1 \
        "$@" </dev/null
}

# The tools package holds the server itself under another name, and pulls in no service scripts. With an
# empty status file apt downloads everything the package needs, down to the C library of that suite.
from_debian() { # product suite
    local origin="$1-$2" state="$work/$1-$2" root="$work/$1-$2/root" suite deb
    present "$origin" && return
    if [ -z "$debian_uri" ]; then
        notice "$origin cannot be had: apt on this machine has no Debian mirror that answers"
        return
    fi
    rm -rf "$state"
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$root"
    : >"$state/status"
    for suite in "${2%-backports}" "$2"; do
        printf 'deb [arch=%s%s] %s %s main\n' "$architecture" "${debian_keys:+ signed-by=$debian_keys}" \
            "$debian_uri" "$suite"
    done | sort -u >"$state/sources.list"
    if ! apt "$state" update >"$state/log" 2>&1 ||
        ! apt "$state" install --download-only -t "$2" "$1-tools" >>"$state/log" 2>&1; then
        notice "$origin cannot be had: $(grep -m1 -E '^[EW]:' "$state/log" || tail -1 "$state/log")"
        # A mirror that cannot be reached now would keep every other version waiting too.
        if grep -qE 'Could not (connect|resolve)|Unable to connect|timed out|Temporary failure' "$state/log"; then
            debian_uri=
        fi
        return
    fi
    for deb in "$state"/cache/archives/*.deb; do
        dpkg-deb -x "$deb" "$root"
    done
    wrap "$root" "$1"
    publish "$origin" "$root"
}

# The loader finds the libraries by --library-path; the name of the file it runs decides what it is.
wrap() { # root product
    local root="$1" loader
    ln -sf "$2-check-rdb" "$root/usr/bin/$2-server"
    loader="$(cd "$root" && realpath --relative-to=. "$(find . \( -name 'ld-linux*.so*' -o -name 'ld-2*.so' \) \
        -type f | head -1)")"
    # Documentation and message catalogues are most of the volume.
    rm -rf "$root/usr/share" "$root/var" "$root/etc"
    mkdir -p "$root/bin"
    rm -f "$root/bin/redis-server"
    cat >"$root/bin/redis-server" <<WRAPPER
#!/bin/sh
root="\$(cd "\$(dirname "\$0")/.." && pwd)"
paths=
for folder in "\$root"/lib/*-linux-gnu* "\$root"/usr/lib/*-linux-gnu*; do
    paths="\$paths:\$folder"
    # Some builds load cjson and bitop as modules of a shared Lua.
    LUA_CPATH="\$folder/lua/5.1/?.so;\${LUA_CPATH:-}"
done
export LUA_CPATH
exec "\$root/$loader" --library-path "\${paths#:}" "\$root/usr/bin/$2-server" "\$@"
WRAPPER
    chmod +x "$root/bin/redis-server"
}

# Versions that no suite has any more come in jars.
from_jar() { # group:artifact:version file-of-the-server
    local origin="${1//:/-}" root="$work/jar"
    present "$origin" && return
    rm -rf "$root"
    mkdir -p "$root/bin"
    # Outside the repository's own POM: this jar is a test server, never a dependency.
    if ! (cd "$root" && mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
        -Dartifact="$1" -DoutputDirectory="$root/jar" -Dproject.basedir="$root") \
        >"$work/jar.log" 2>&1; then
        notice "$origin cannot be had: $(grep -m1 ERROR "$work/jar.log" || tail -1 "$work/jar.log")"
        return
    fi
    mv "$root/jar/$2" "$root/bin/redis-server"
    rm -rf "$root/jar"
    chmod +x "$root/bin/redis-server"
    publish "$origin" "$root"
}

if [ "$(uname -s)" != Linux ]; then
    notice "$(uname -s) has only the server that the testkit carries"
    exit 0
fi

rm -rf "$work"
mkdir -p "$work"
debian_uri=
debian_keys=
architecture=
if command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
    debian_uri="$(mirror || true)"
    debian_keys="$(find /usr/share/keyrings -name 'debian-archive-keyring.*' | head -1)"
    architecture="$(dpkg --print-architecture)"
fi

from_debian redis bullseye
from_debian redis bookworm
from_debian redis trixie
from_debian valkey bookworm-backports
from_debian valkey trixie
from_debian valkey sid
if [ "$(uname -m)" = x86_64 ]; then
    from_jar com.github.kstyrc:embedded-redis:0.6 redis-server-2.8.19
    from_jar org.signal:embedded-redis:0.8.3 redis-server-6.2.7-linux-amd64
fi
rm -rf "$work"

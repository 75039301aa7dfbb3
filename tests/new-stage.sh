#!/bin/sh
# Begins a stage after the last one; `cargo test --test layout` then names what it still lacks.
set -eu
export LC_ALL=C # so that a-z is what it says

usage='usage: tests/new-stage.sh SLUG

Makes the folder stages/NN_SLUG, where NN comes after the last stage: links to the latest real
files, and a main.rs that is a copy of the one before. Adds its program to stages/Cargo.toml.

SLUG is what the stage is called: lower-case letters and digits, with _ between words.'

fail() {
    printf 'tests/new-stage.sh: %s\n' "$1" >&2
    exit 2
}

# Prints the manifest with the program of the new stage after that of the last.
manifest() {
    awk -v last="name = \"stage$last\"" -v new="stage$number" -v folder="$folder" '
        { print }
        $0 == last { in_last = 1 }
        in_last && $0 == "" {
            printf "[[bin]]\nname = \"%s\"\npath = \"%s/main.rs\"\n", new, folder
            printf "test = false\nbench = false\n\n"
            in_last = 0
        }' stages/Cargo.toml
}

case ${1-} in
-h | --help) printf '%s\n' "$usage" && exit ;;
esac
[ $# = 1 ] || fail "it takes one name; see tests/new-stage.sh --help"
slug=$1
case $slug in
[!a-z]* | *[!a-z0-9_]* | *__* | *_ | '')
    fail "\"$slug\" is no slug: lower-case letters and digits, with _ between words"
    ;;
as | async | await | break | const | continue | crate | dyn | else | enum | extern | false | fn | for | gen | \
    if | impl | in | let | loop | match | mod | move | mut | pub | ref | return | self | static | struct | \
    super | trait | true | try | type | unsafe | use | where | while | yield | abstract | become | box | do | \
    final | macro | override | priv | typeof | unsized | virtual)
    fail "\"$slug\" is a word of Rust, and no module can be called so"
    ;;
esac
[ -f stages/Cargo.toml ] || fail 'there is no stages/Cargo.toml here: run it at the root of the repository'
for folder in stages/[0-9][0-9]_"$slug"; do
    [ ! -e "$folder" ] || fail "$folder has that name"
done

for before in stages/[0-9][0-9]_*; do :; done # in order, so that the last one stays
before=${before#stages/}
last=${before%%_*}
last=${last#0}
number=$((last + 1))
folder=$(printf '%02d_%s' "$number" "$slug")

[ -f "stages/$before/main.rs" ] || fail "stages/$before has no main.rs: repair that stage first"

manifest=$(manifest)
[ "$manifest" != "$(cat stages/Cargo.toml)" ] || fail "stages/Cargo.toml has no [[bin]] \"stage$last\" with an empty line after it"

# Nothing is there unless all of it is.
trap 'rm -rf "stages/.$folder" stages/.Cargo.toml' EXIT
trap 'exit 1' HUP INT TERM
mkdir "stages/.$folder"
for file in "stages/$before"/*; do
    name=${file##*/}
    if [ "$name" = main.rs ]; then
        cp "$file" "stages/.$folder/main.rs"
    elif [ -L "$file" ]; then
        cp -P "$file" "stages/.$folder/$name"
    else
        ln -s "../$before/$name" "stages/.$folder/$name"
    fi
done
[ -w stages/Cargo.toml ] || fail 'stages/Cargo.toml cannot be written'
printf '%s\n' "$manifest" >stages/.Cargo.toml
mv "stages/.$folder" "stages/$folder"
mv stages/.Cargo.toml stages/Cargo.toml
echo "stages/$folder"

#!/bin/sh
# Pushes a right server as an account that may have few processes, and then more. Whether a push succeeds
# is not asked.
set -eu
git config --global user.name zoe
git config --global user.email zoe@example.org
challenge host zoe.git --language python --shared
git clone -q zoe.git zoe
cd zoe
cp /tmp/right.py .
printf 'language = "python"\nbuild = "true"\nrun = "python3 right.py"\n' >challenge.toml
git add .
for limit in 16 24 28 32 36 40 44 48 52 300; do
    git commit -q --allow-empty -m "With $limit processes"
    prlimit --nproc=$limit git push || true
done

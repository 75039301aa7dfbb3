#!/bin/sh
# Makes a machine of its own of this one: setup.sh FOLDER. What is written below goes to the folder.
# Run as process 1 of new namespaces; it stays until it is killed, and says when it is ready.
set -eu
folder=$1
for name in etc home usr/local var; do
    mkdir -p "$folder/new/$name" "$folder/work/$name"
    layers="lowerdir=/$name,upperdir=$folder/new/$name,workdir=$folder/work/$name"
    mount -t overlay overlay -o "$layers" "/$name"
done
# Whoever runs this may have a user of that name.
userdel git 2>/dev/null || true
rm -rf /home/git
mount --bind "$folder/checkout" /media
mount -t tmpfs tmpfs /run
mount --bind "$folder/tmp" /tmp
mkdir -p /run/sshd
echo ready
exec sleep infinity

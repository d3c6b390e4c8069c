#!/bin/sh
# Runs in the container: an SSH server on port 2222, and the engine in /mnt/engine with dockerd's words.
set -eu

# A privileged container has these writable; one on a machine without every capability can't be privileged.
mount -o remount,rw,bind /sys
for folder in /sys/fs/cgroup /sys/fs/cgroup/*; do
  if mountpoint -q "$folder"; then mount -o remount,rw,bind "$folder"; fi
done

mkdir -p /run/sshd /root/.ssh
cp /mnt/keys/login.pub /root/.ssh/authorized_keys
cp /mnt/keys/host /etc/ssh/ssh_host_ed25519_key
chmod 600 /root/.ssh/authorized_keys /etc/ssh/ssh_host_ed25519_key
/usr/sbin/sshd -p 2222

PATH=/mnt/engine:$PATH
exec nice -n 10 dockerd "$@"

#!/bin/bash
# build-root.sh ARCHIVE: the files of a Debian machine with an SSH server and what a Docker engine needs.
set -euo pipefail

readonly suite=bookworm
# docker.io brings iptables, runc, docker-init and the docker command, which `ssh://` needs over there.
readonly packages=ca-certificates,docker.io,iproute2,openssh-server

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# This machine's own mirrors, and how its apt reaches them.
apt-config dump Acquire | grep -E '^Acquire::(Check-|Retries|http|https)' >"$scratch/apt.conf" || true
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
  awk -v suite="$suite" '$3 == "main" && ($2 == suite || index($2, suite "-") == 1) { print "deb", $1, $2, $3 }' |
  sort -u >"$scratch/sources.list"
sources=()
if [[ -s $scratch/sources.list ]]; then sources=("$scratch/sources.list"); fi

mmdebstrap --variant=minbase --include="$packages" --aptopt="$scratch/apt.conf" \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='rm -f "$1"/etc/ssh/ssh_host_*' \
  "$suite" "$1" "${sources[@]}"

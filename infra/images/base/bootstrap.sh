#!/bin/bash
# bootstrap.sh TAG: makes the base image TAG from Debian packages, with no image registry.
#
# Prints the image's id, and nothing else, on stdout. Does nothing when TAG is there already.
# Everything that any image needs from apt is installed here, so no later build step calls apt.
set -euo pipefail

readonly suite=bookworm
# What the images share: TLS roots, time zones, the interpreter, venv for the build tools,
# and OpenMP's runtime for llama.cpp.
readonly packages=ca-certificates,tzdata,python3,python3-venv,libgomp1
# Its own path: Debian's ca-certificates rewrites /etc/ssl/certs whenever it is configured.
readonly bundle=/etc/agent-stack/ca-bundle.crt

fail() {
  printf 'base image: %s\n' "$@" >&2
  exit 1
}

image_id() {
  docker image inspect --format '{{.Id}}' "$tag" 2>/dev/null
}

# Prefers the file that this host's programs are told to trust: it may hold a company's own root.
host_bundle() {
  local file
  for file in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt; do
    if [[ -n $file && -r $file ]]; then
      printf '%s\n' "$file"
      return
    fi
  done
  fail "no CA bundle found on this host." "Install ca-certificates, or name a bundle in SSL_CERT_FILE."
}

need_mmdebstrap() {
  command -v mmdebstrap >/dev/null && return
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends mmdebstrap; } >&2 ||
      fail "mmdebstrap could not be installed (see above)."
    return
  fi
  fail "mmdebstrap is missing, and only root can install it." \
    "Run: sudo apt-get install mmdebstrap (Debian or Ubuntu), then try again."
}

# This host's own mirrors of the suite, one a line; none on a host of another distribution,
# where mmdebstrap's default mirror is used.
mirrors() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    awk -v suite="$suite" '$3 == "main" && ($2 == suite || index($2, suite "-") == 1) { print "deb", $1, $2, $3 }' | sort -u
}

# How this host's apt reaches its mirrors: proxies, certificates, tolerance of frozen mirrors.
apt_transport() {
  apt-config dump Acquire | grep -E '^Acquire::(Check-|Retries|http|https)' || true
}

bootstrap() {
  local sources options=(
    --variant=minbase
    --include="$packages"
    --dpkgopt='path-exclude=/usr/share/man/*'
    --dpkgopt='path-exclude=/usr/share/locale/*'
    --dpkgopt='path-exclude=/usr/share/doc/*'
    # Licences travel with what they cover.
    --dpkgopt='path-include=/usr/share/doc/*/copyright'
    --aptopt="$scratch/apt.conf"
    --customize-hook='mkdir -p "$1/etc/agent-stack"'
    --customize-hook="upload $(host_bundle) $bundle"
    # A proxy's password belongs to this host, not into an image.
    --customize-hook='rm "$1/etc/apt/apt.conf.d/99mmdebstrap"'
  )
  apt_transport >"$scratch/apt.conf"
  sources=$(mirrors)
  if [[ -n $sources ]]; then
    printf '%s\n' "$sources" >"$scratch/sources.list"
    mmdebstrap "${options[@]}" "$suite" "$scratch/root.tar" "$scratch/sources.list"
  else
    mmdebstrap "${options[@]}" "$suite" "$scratch/root.tar"
  fi
}

# Imported from a finished file: a bootstrap that dies halfway leaves no image behind.
import() {
  local variable changes=()
  for variable in SSL_CERT_FILE PIP_CERT REQUESTS_CA_BUNDLE CURL_CA_BUNDLE NODE_EXTRA_CA_CERTS; do
    changes+=(--change "ENV $variable=$bundle")
  done
  docker import "${changes[@]}" --change 'ENV LANG=C.UTF-8' "$scratch/root.tar" "$tag" >/dev/null
}

[[ $# == 1 ]] || fail "usage: bootstrap.sh TAG"
readonly tag=$1
command -v docker >/dev/null || fail "docker is not on PATH."
docker version >/dev/null 2>&1 || fail "the Docker engine does not answer." "Start it, or check DOCKER_HOST."

if ! image_id; then
  # Two runs at once: the second waits, and then finds the tag.
  exec 9>"${TMPDIR:-/tmp}/agent-stack-base-$(id -u).lock"
  flock 9
  if ! image_id; then
    need_mmdebstrap
    scratch=$(mktemp -d)
    readonly scratch
    trap 'rm -rf "$scratch"' EXIT
    bootstrap >&2 || fail "mmdebstrap failed (see above)."
    import >&2 || fail "docker import failed (see above)."
    image_id
  fi
fi

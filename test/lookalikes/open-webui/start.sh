#!/usr/bin/env bash
# Makes a secret key where none is given, then starts the server from the folder of this script.
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit

key_file=${WEBUI_SECRET_KEY_FILE:-.webui_secret_key}
if [[ -z ${WEBUI_SECRET_KEY-} && -z ${WEBUI_JWT_SECRET_KEY-} ]]; then
  if [[ ! -e $key_file ]]; then
    echo "Generating WEBUI_SECRET_KEY"
    head -c 12 /dev/random | base64 >"$key_file"
  fi
  echo "Loading WEBUI_SECRET_KEY from $key_file"
  WEBUI_SECRET_KEY=$(<"$key_file")
  export WEBUI_SECRET_KEY
fi

exec python3 -m uvicorn open_webui.main:app --host "${HOST:-0.0.0.0}" --port "${PORT:-8080}" \
  --forwarded-allow-ips "${FORWARDED_ALLOW_IPS:-*}" --workers "${UVICORN_WORKERS:-1}"

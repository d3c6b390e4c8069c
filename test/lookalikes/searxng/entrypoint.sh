#!/bin/sh
# Does to the configuration what the original's entry point does, then starts SearXNG.
set -u
template=/usr/local/searxng/settings.template.yml

# Ours if we are root; otherwise a warning is all.
owned() {
  owner=$(stat -c %U:%G "$1")
  [ "$owner" = searxng:searxng ] && return
  if [ "${FORCE_OWNERSHIP:-true}" = true ] && [ "$(id -u)" = 0 ]; then
    chown -R searxng:searxng "$1"
  else
    echo "!!! WARNING: $1 is owned by $owner, not by searxng:searxng"
  fi
}

echo "SearXNG $SEARXNG_VERSION"
for folder in "$CONFIG_PATH" "$DATA_PATH"; do
  [ -d "$folder" ] || { echo "!!! ERROR: $folder is not a directory"; exit 127; }
  owned "$folder"
done

if [ -f "$SEARXNG_SETTINGS_PATH" ]; then
  owned "$SEARXNG_SETTINGS_PATH"
  if [ "$template" -nt "$SEARXNG_SETTINGS_PATH" ]; then
    cp -pfT "$template" "$SEARXNG_SETTINGS_PATH.new"
    echo "... INFORMATION: a newer template is in $SEARXNG_SETTINGS_PATH.new"
  fi
else
  echo "... INFORMATION: $SEARXNG_SETTINGS_PATH does not exist, creating it from the template"
  cp -pfT "$template" "$SEARXNG_SETTINGS_PATH"
  secret=$(head -c 24 /dev/urandom | base64 | tr -dc 'a-zA-Z0-9')
  sed -i "s/ultrasecretkey/$secret/g" "$SEARXNG_SETTINGS_PATH"
fi
[ -f "$SEARXNG_SETTINGS_PATH" ] || { echo "!!! ERROR: $SEARXNG_SETTINGS_PATH is not a file"; exit 127; }

exec /usr/local/searxng/.venv/bin/granian searx.webapp:app

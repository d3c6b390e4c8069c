#!/usr/bin/env bash
# Prepares an empty PGDATA once, as the original does, and then starts what it was asked to start.
set -Eeo pipefail

# from_file VARIABLE: VARIABLE itself, or the content of the file that VARIABLE_FILE names.
from_file() {
  local name=$1 file_name=$1_FILE
  if [[ ${!name-} && ${!file_name-} ]]; then
    echo "error: both $name and $file_name are set (but are exclusive)" >&2
    exit 1
  fi
  if [[ ${!file_name-} ]]; then export "$name=$(<"${!file_name}")"; fi
  unset "$file_name"
}

make_folders() {
  mkdir -p "$PGDATA"
  chmod 00700 "$PGDATA" || :
  mkdir -p /var/run/postgresql || :
  chmod 03775 /var/run/postgresql || :
  if [[ $(id -u) == 0 ]]; then
    find "$PGDATA" /var/run/postgresql \! -user postgres -exec chown postgres '{}' +
  fi
}

check() {
  if [[ -z $POSTGRES_PASSWORD && $POSTGRES_HOST_AUTH_METHOD != trust ]]; then
    echo "Error: Database is uninitialized and superuser password is not specified." >&2
    echo "       You must specify POSTGRES_PASSWORD to a non-empty value for the superuser." >&2
    exit 1
  fi
  # From version 18 on the volume is the folder above; one mounted where it used to be would stay empty.
  if grep -qE ' /var/lib/postgresql/data ' /proc/self/mountinfo; then
    echo "Error: in 18+, these Docker images are configured to store database data in a" >&2
    echo "       major-version-specific directory: mount /var/lib/postgresql instead." >&2
    exit 1
  fi
}

initialise() {
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS-}
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  # On its socket only: a client outside waits until it is all there. Options count here too.
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -o "$(printf '%q ' "$@" -c listen_addresses= -p 5432)" -w start
  export PGPASSWORD=$POSTGRES_PASSWORD
  local run=(psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc)
  if [[ $POSTGRES_DB != postgres ]]; then
    "${run[@]}" --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db" ;'
  fi
  run+=(--dbname "$POSTGRES_DB")
  local file
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [[ -x $file ]]; then "$file"; else . "$file"; fi ;;
      *.sql) "${run[@]}" -f "$file" ;;
      *.sql.gz) gunzip -c "$file" | "${run[@]}" ;;
      *.sql.xz) xzcat "$file" | "${run[@]}" ;;
      *.sql.zst) zstd -dc "$file" | "${run[@]}" ;;
    esac
  done
  unset PGPASSWORD
  PGUSER=$POSTGRES_USER pg_ctl -D "$PGDATA" -m fast -w stop
  printf '\nPostgreSQL init process complete; ready for start up.\n\n'
}

if [[ ${1:0:1} == - ]]; then set -- postgres "$@"; fi
if [[ $1 == postgres ]]; then
  make_folders
  if [[ $(id -u) == 0 ]]; then exec gosu postgres "${BASH_SOURCE[0]}" "$@"; fi
  if [[ ! -s $PGDATA/PG_VERSION ]]; then
    from_file POSTGRES_PASSWORD
    from_file POSTGRES_USER
    from_file POSTGRES_DB
    export POSTGRES_USER=${POSTGRES_USER:-postgres}
    export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
    check
    initialise "${@:2}"
  else
    printf '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n'
  fi
fi
exec "$@"

#!/bin/sh
# Starts PostgreSQL, after the roles and databases that the environment names have been ensured.
#
# POSTGRES_DATABASES   names, separated by spaces; each is a role and the database it owns
# <NAME>_DB_PASSWORD   that role's password, or <NAME>_DB_PASSWORD_FILE
# POSTGRES_PASSWORD    the superuser's, or POSTGRES_PASSWORD_FILE
#
# All of it holds again at every start, so a changed password needs a restart and nothing else.
set -eu

fail() {
  printf 'postgres: %s\n' "$1" >&2
  exit 1
}

# secret VARIABLE: its value, or the content of the file that VARIABLE_FILE names.
secret() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  if [ -n "$value" ] && [ -n "$file" ]; then fail "both $1 and $1_FILE are set; set one"; fi
  if [ -n "$file" ]; then value=$(cat "$file"); fi
  if [ -z "$value" ]; then fail "$1 is empty; set it, or $1_FILE"; fi
  printf %s "$value"
}

initialize() {
  umask 077
  # A start that died halfway left no PG_VERSION where it counts, and initdb wants an empty folder.
  staging=$PGDATA.new
  rm -rf "$staging"
  mkdir -p "$(dirname "$PGDATA")"
  initdb --pgdata="$staging" --username=postgres \
    --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 \
    --locale-provider=builtin --locale=C.UTF-8 --data-checksums >/dev/null
  echo 'host all all all scram-sha-256' >>"$staging/pg_hba.conf"
  mv "$staging" "$PGDATA"
}

# ensure FILE ROLE PASSWORD
ensure() {
  ROLE=$2 ROLE_PASSWORD=$3 psql --host=/tmp --username=postgres --dbname=postgres \
    --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file="$1"
}

superuser_password=$(secret POSTGRES_PASSWORD)
[ -s "$PGDATA/PG_VERSION" ] || initialize

# A private server first, on its socket only: nobody connects before roles and databases are right.
pg_ctl --pgdata="$PGDATA" --wait --silent --timeout=600 \
  --options="-c listen_addresses='' -c unix_socket_directories=/tmp -c log_min_messages=fatal" start
ensure /opt/postgres/ensure-superuser.sql postgres "$superuser_password"
for name in ${POSTGRES_DATABASES:-}; do
  password=$(secret "$(printf %s "$name" | tr a-z- A-Z_)_DB_PASSWORD")
  ensure /opt/postgres/ensure-database.sql "$name" "$password"
done
pg_ctl --pgdata="$PGDATA" --wait --silent --mode=fast stop

exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"

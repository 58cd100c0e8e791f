#!/bin/sh
# by-hand.sh FOLDER: starts the shop's programs as somebody would by hand, all at once, on loopback and without
# containers. ../by-hand.ts has put their configuration there. Ends with them.
set -eu
cd "$1"
. ./settings.sh

as() {
  user=$1
  shift
  setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"
}

cp -a seed data
as postgres /usr/lib/postgresql/15/bin/postgres -D "$PWD/data" -c config_file="$PWD/postgresql.conf" &
for port in $WEB_PORTS; do
  # The image's Node, which is not the host's: it brings its own libraries.
  env NODE_ENV=production HOST=127.0.0.1 PORT="$port" DATABASE_URL="$DATABASE_URL" \
    chroot --userspec=app web sh -c 'cd /srv/app && exec node server.js' &
done
sh ./cantrip-haproxy start &
until as postgres /usr/lib/postgresql/15/bin/pg_isready -q -h "$PWD/sockets" -p "$DATABASE_PORT"; do sleep 0.01; done
as postgres /usr/lib/postgresql/15/bin/psql -X -q -h "$PWD/sockets" -p "$DATABASE_PORT" -d template1 -f relations.sql
wait

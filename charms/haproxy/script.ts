export interface Paths {
  readonly config: string;
  /** A directory that survives a restart of the machine, as the file does. */
  readonly state: string;
}

/** Where things are in the unit. */
export const PATHS: Paths = { config: '/etc/haproxy/haproxy.cfg', state: '/var/lib/haproxy' };

/**
 * A shell script that starts HAProxy and brings a running one to what its file says. Servers come, change and go
 * through the runtime API, which touches no connection; only when anything else in the file changed are the workers
 * replaced. It compares with the process itself and not with what was done before, so that it can be run again at any
 * time.
 */
export function haproxyScript({ config, state }: Paths): string {
  return String.raw`#!/bin/sh
# cantrip-haproxy start | reload SECONDS
# SECONDS: how long requests under way on a removed server may take.
set -eu
config=${config}
state=${state}
loaded=$state/loaded.cfg

# Runtime API: commands in, a line each, answers out. Its interactive mode takes any number of them.
ask() { { echo prompt; cat; echo quit; } | socat -t 10 stdio "unix-connect:$state/admin.sock" | sed 's/^> //; /^$/d'; }
worker() { echo 'show info' | ask 2>/dev/null | sed -n 's/^Pid: //p'; }
without_servers() { grep -v '^  server ' "$1"; }

# BACKEND/SERVER ADDRESS:PORT KEYWORD…, each server of the file.
wanted() { awk '$1 == "backend" { name = $2 } $1 == "server" { sub(/^ *server /, ""); print name "/" $0 }' "$config"; }
# BACKEND/SERVER ADDRESS:PORT ADMINISTRATIVE-STATE, each server that runs.
running() { echo 'show servers state' | ask | awk 'NF > 19 && $1 != "#" { print $2 "/" $4, $5 ":" $19, $7 }'; }

# Commands for the servers that are to come, to move, or to come back.
arrivals() {
  awk -v running="$work/running" '
    BEGIN { while ((getline < running) > 0) { address[$1] = $2; state[$1] = $3 } }
    !($1 in address) { print "add server " $0; print "enable health " $1; print "enable server " $1; next }
    address[$1] != $2 { split($2, part, ":"); print "set server " $1 " addr " part[1] " port " part[2] }
    state[$1] != 0 { print "set server " $1 " state ready" }' "$work/wanted"
}
departures() {
  awk -v wanted="$work/wanted" '
    BEGIN { while ((getline < wanted) > 0) keep[$1] }
    !($1 in keep) { print $1 }' "$work/running"
}
# Connections of the departing servers that carry a request now.
busy() {
  echo 'show servers conn' | ask | awk -v gone="$work/gone" '
    BEGIN { while ((getline < gone) > 0) mine[$1] }
    $1 in mine { sum += $7 }
    END { print sum + 0 }'
}
each_gone() { sed "s|.*|$1|" "$work/gone" | ask; }

change_servers() {
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  wanted > "$work/wanted"
  running > "$work/running"
  arrivals | ask | refuse_errors
  departures > "$work/gone"
  [ ! -s "$work/gone" ] || remove_servers "$1"
}

remove_servers() {
  each_gone 'set server & state drain' > /dev/null
  tries=$(($1 * 50))
  while [ "$tries" -gt 0 ] && [ "$(busy)" -gt 0 ]; do tries=$((tries - 1)); sleep 0.02; done
  each_gone 'set server & state maint' > /dev/null
  # Idle connections close in the background. A server that cannot go yet stays in maintenance, where nothing reaches
  # it, until the next time.
  for _ in 1 2 3 4 5; do
    each_gone 'del server &' | grep -q 'cannot remove' || return 0
    sleep 0.02
  done
}

refuse_errors() {
  answers=$(grep -v -e '^New server registered' -e 'changed from' -e 'no need to change' || true)
  [ -z "$answers" ] || { printf 'haproxy refused: %s\n' "$answers" >&2; return 1; }
}

replace_workers() {
  haproxy -c -q -f "$config"
  before=$(worker)
  echo 'show servers state' | ask > "$state/servers"
  kill -USR2 "$(cat "$state/master.pid")"
  await_worker "$before"
  cp "$config" "$loaded"
}

# Waits for a worker that answers and is not the given one.
await_worker() {
  tries=500
  while now=$(worker); [ -z "$now" ] || [ "$now" = "$1" ]; do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || { echo 'haproxy does not answer on its socket, 10 s long' >&2; exit 1; }
    sleep 0.02
  done
}

# The file's servers as HAProxy would have saved them, had none passed a check.
all_down() {
  echo 1
  echo '# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight' \
    'srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state' \
    'bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr' \
    'srv_agent_addr srv_agent_port'
  wanted | tr '/:' '  ' |
    awk '{ print 0, $1, 0, $2, $3, 0, 0, 1, 1, 0, 1, 0, 0, 6, 0, 0, 0, "-", $4, "-", 0, 0, "-", "-", 0 }'
}

case "$1" in
start)
  cp "$config" "$loaded"
  all_down > "$state/servers"
  echo $$ > "$state/master.pid"
  exec haproxy -W -db -f "$config"
  ;;
reload)
  await_worker ''
  if [ "$(without_servers "$config")" = "$(without_servers "$loaded")" ]; then
    change_servers "$2"
  else
    replace_workers
  fi
  ;;
esac
`;
}

# Read by postern-envsvr: which server file runs, and going back from a new one that does not work. It needs $here and $node.
server_file=$here/postern-envsvr.mjs
hidden=$here/.postern-envsvr
kept_file=$hidden/kept/postern-envsvr.mjs
set_aside_file=$hidden/kept/set-aside
online_file=$hidden/run/online
# How long a new server file may take to be online, and must then be so until it is kept.
trial_seconds=${POSTERN_TRIAL_SECONDS:-60}

# File and signature: either may be what was wrong.
digest_of_server_file() {
  cat "$server_file" "$server_file.sig" 2>/dev/null | sha256sum | cut -c 1-64
}

# Leaves in $file what runs: the kept copy while the new one is set aside, which it is until it changes.
choose_file() {
  file=$server_file
  [ -f "$kept_file" ] && [ -r "$set_aside_file" ] || return 0
  digest='' && read -r digest <"$set_aside_file"
  [ "$digest" != "$(digest_of_server_file)" ] || file=$kept_file
}

is_new() {
  [ "$file" = "$server_file" ] && [ -f "$kept_file" ] && ! cmp -s "$server_file" "$kept_file"
}

set_aside() {
  echo "The new server file is set aside: $1 The one before it runs." >&2
  printf '%s\n%s\n%s\n' "$(digest_of_server_file)" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" >"$set_aside_file.new" &&
    mv "$set_aside_file.new" "$set_aside_file"
  file=$kept_file
}

# What comes out of a pipe comes once, and two files may have to be given it.
keep_password() {
  password='' password_fd=''
  for argument in "$@"; do
    case "$argument" in [0-9]) [ "${previous:-}" != --password-fd ] || password_fd=$argument ;; esac
    previous=$argument
  done
  given=/proc/self/fd/$password_fd
  if [ -z "$password_fd" ] || [ ! -p "$given" ] && [ ! -S "$given" ]; then
    password_fd=''
    return 0
  fi
  eval "IFS= read -r password <&$password_fd" || :
}

# Starts $file in the background and leaves its number in $server. The shell takes its input from programs in the background,
# unless it comes by another number.
start_file() {
  [ -z "$password_fd" ] || eval "exec $password_fd<<TEXT
\$password
TEXT"
  exec 9<&0
  # Options are several words.
  # shellcheck disable=SC2086
  "$node" $options "$file" run --home "$here" "$@" <&9 9<&- &
  server=$!
  exec 9<&-
}

# Leaves its exit code in $code.
wait_for_end() {
  while :; do
    # A signal ends the waiting, not the server.
    wait "$server"
    code=$?
    kill -0 "$server" 2>/dev/null || return 0
  done
}

end_server() {
  told_to_end=yes
  kill -TERM "$server" 2>/dev/null
}

# Whether the file is the cause of not being online: not if it waits for its password (150), if the hub has revoked the server (152),
# or the one before it finds the way to the hub closed (1).
is_to_blame() {
  "$node" "$kept_file" status --home "$here" >/dev/null 2>&1
  case $? in
    150 | 152) return 1 ;;
  esac
  "$node" "$kept_file" doctor --network --home "$here" >/dev/null 2>&1
  [ $? -ne 1 ]
}

# Runs a server file that has not run here before: checked by the one that ran last, and watched until it is kept in its place.
try_file() {
  keep_password "$@"
  told_to_end=no
  trap end_server TERM INT HUP
  problem='' first_code=''
  if ! said=$("$node" "$kept_file" verify-file --home "$here" "$server_file" 2>&1); then
    problem="Its check failed: $said"
  else
    watch_file "$@"
  fi
  if [ -n "$problem" ]; then
    set_aside "$problem"
    start_file "$@"
    wait_for_end
    # Both want the operator to act: that is not the new file's fault.
    [ "$first_code" != 2 ] || [ "$code" != 2 ] || rm -f "$set_aside_file"
  fi
  exit "$code"
}

# Returns when the file has ended, for which $problem names the reason if it is to be set aside.
watch_file() {
  rm -f "$online_file"
  start_file "$@"
  waited=0 was_closed=no
  while kill -0 "$server" 2>/dev/null && is_new; do
    sleep 1
    [ ! -e "$online_file" ] || continue
    waited=$((waited + 1))
    [ "$waited" -ge "$trial_seconds" ] || continue
    waited=0
    if ! is_to_blame; then
      [ "$was_closed" = yes ] || echo "The new server file is not online yet; the one before it would not be either, so it goes on." >&2
      was_closed=yes
      continue
    fi
    # The way has just opened: as much time again for the next try.
    if [ "$was_closed" = yes ]; then
      was_closed=no
      continue
    fi
    [ ! -e "$online_file" ] || continue
    problem="It was not online within $trial_seconds seconds, and the way to the hub is open."
    kill -TERM "$server" 2>/dev/null
    break
  done
  wait_for_end
  first_code=$code
  # shutdown.sh ends the server past this shell, perhaps before it has learnt to say goodbye: then by SIGTERM's code.
  case "$told_to_end $code" in
    yes* | "no 0" | "no 143" | "no 130" | "no 129") [ "$told_to_end" = no ] || problem='' ;;
    *) [ -n "$problem" ] || ! is_new || problem="It ended with exit code $code before it had been online for $trial_seconds seconds." ;;
  esac
}

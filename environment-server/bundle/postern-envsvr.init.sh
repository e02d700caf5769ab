#!/bin/sh
#
# postern-envsvr   Runs the Postern environment server as a service.
#                  Copy it to /etc/init.d/postern-envsvr, owned by root, mode 755.
#
# chkconfig: 2345 85 15
# description: Postern environment server: runs apps behind a firewall for a Postern hub.
# processname: node
#
### BEGIN INIT INFO
# Provides:          postern-envsvr
# Required-Start:    $local_fs $remote_fs $network
# Required-Stop:     $local_fs $remote_fs $network
# Should-Start:      $named $time $syslog
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Postern environment server
# Description:       Runs apps behind a firewall for a Postern hub; it only ever connects out.
### END INIT INFO

# Nothing of the surroundings of who calls this goes to the server, and from there to apps; what the files below export does.
if [ "${POSTERN_SURROUNDINGS:-}" != cleared ]; then
  exec env -i POSTERN_SURROUNDINGS=cleared PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 /bin/sh "$0" "$@"
fi
unset POSTERN_SURROUNDINGS

# Where the bundle was unzipped.
POSTERN_ENVSVR_HOME=/opt/postern-envsvr
# Who owns it and runs it; never root.
USER=postern
# First line: the master password of the keychain; root's own, mode 600, or it is refused. Without it the server stays locked until
# "postern-envsvr unlock".
PASSWORD_FILE=/etc/postern-envsvr.password

# The same three, for those who do not change scripts.
for defaults in /etc/sysconfig/postern-envsvr /etc/default/postern-envsvr; do
  # shellcheck source=/dev/null
  [ -r "$defaults" ] && . "$defaults"
done

prog=postern-envsvr
hidden=$POSTERN_ENVSVR_HOME/.postern-envsvr
seconds_to_start=60

fail() {
  code=$1
  shift
  echo "$prog: $*" >&2
  exit "$code"
}

# What lies in the folder is its owner's to change, so root runs none of it.
become_user() {
  set -- env HOME="$(getent passwd "$USER" | cut -d : -f 6)" USER="$USER" LOGNAME="$USER" "$@"
  if command -v setpriv >/dev/null 2>&1; then
    exec setpriv --reuid "$(id -u "$USER")" --regid "$(id -g "$USER")" --init-groups -- "$@"
  else
    exec runuser -u "$USER" -- "$@"
  fi
}
as_user() {
  (become_user "$@")
}

# Exit codes are those of the Linux Standard Base (20.2).
check() {
  [ "$(id -u)" -eq 0 ] || fail 4 "only root may $1 it."
  [ -f "$POSTERN_ENVSVR_HOME/postern-envsvr.mjs" ] || fail 5 "there is no environment server in $POSTERN_ENVSVR_HOME; set POSTERN_ENVSVR_HOME in $0."
  id -u "$USER" >/dev/null 2>&1 || fail 6 "there is no user $USER; set USER in $0."
  [ "$(id -u "$USER")" -ne 0 ] || fail 6 "USER in $0 is $USER, which is root. Apps would start one mistake away from the whole machine: give it a user of its own."
  [ "$(stat -c %u "$hidden")" = "$(id -u "$USER")" ] || fail 6 "$hidden does not belong to $USER. Run: chown -R $USER $POSTERN_ENVSVR_HOME"
}

# The number of the running server: the file names its start too, in case the number was given to another process since.
running() {
  pid='' started=''
  [ -r "$hidden/run/server.pid" ] && read -r pid started <"$hidden/run/server.pid"
  case "$pid" in '' | *[!0-9]*) return 1 ;; esac
  fields=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) || return 1
  [ "$(echo "$fields" | cut -d ' ' -f 1)" != Z ] && [ "$(echo "$fields" | cut -d ' ' -f 20)" = "$started" ]
}

# Whether it works, or waits for its password where there is no file with it. While it tries a password it answers nobody.
is_up() {
  running || return 1
  case "$(as_user /bin/sh "$POSTERN_ENVSVR_HOME/postern-envsvr" status --json 2>/dev/null)" in
    *'"state": "ready"'* | *'"state": "draining"'*) return 0 ;;
    *'"state": "locked"'*) [ ! -r "$PASSWORD_FILE" ] ;;
    *) return 1 ;;
  esac
}

# In a session of its own, so that closing this terminal does not end it. Its log is .postern-envsvr/logs/server.log.
launch() {
  script='mkdir -p "$1/.postern-envsvr/logs" && exec /bin/sh "$1/run.sh" $2 </dev/null >/dev/null 2>"$1/.postern-envsvr/logs/start.log"'
  cd /
  if [ -r "$PASSWORD_FILE" ]; then
    become_user setsid /bin/sh -c "$script" "$prog" "$POSTERN_ENVSVR_HOME" "--password-fd 3" 3<"$PASSWORD_FILE" >/dev/null 2>&1 &
  else
    become_user setsid /bin/sh -c "$script" "$prog" "$POSTERN_ENVSVR_HOME" "" >/dev/null 2>&1 &
  fi
  launched=$!
}

start() {
  check start
  if running; then
    echo "$prog is running already (process $pid)."
    return 0
  fi
  launch
  seconds=0
  until is_up; do
    [ "$seconds" -lt "$seconds_to_start" ] || fail 1 "it is not up after $seconds_to_start seconds; look at $hidden/logs."
    sleep 1
    seconds=$((seconds + 1))
    if ! kill -0 "$launched" 2>/dev/null; then
      as_user cat "$hidden/logs/start.log" >&2
      fail 1 "it did not start."
    fi
  done
  echo "$prog has started (process $pid)."
  [ -r "$PASSWORD_FILE" ] || echo "Its keychain is locked until its master password is given: $POSTERN_ENVSVR_HOME/postern-envsvr unlock"
}

stop() {
  check stop
  as_user /bin/sh "$POSTERN_ENVSVR_HOME/shutdown.sh"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  restart | force-reload)
    stop || exit 1
    start
    ;;
  try-restart | condrestart)
    check restart
    running || exit 0
    stop || exit 1
    start
    ;;
  reload)
    check reload
    running || fail 7 "it is not running."
    as_user /bin/sh "$POSTERN_ENVSVR_HOME/postern-envsvr" reload
    ;;
  status)
    check "ask for"
    # 0: it runs; 3: it does not; 150: it runs, and its keychain is locked; 151: it runs, and the hub waits for a person to confirm it;
    # 152: it runs, and the hub has revoked it.
    as_user /bin/sh "$POSTERN_ENVSVR_HOME/postern-envsvr" status
    ;;
  *)
    echo "Usage: $0 {start|stop|status|restart|try-restart|reload|force-reload}" >&2
    exit 2
    ;;
esac

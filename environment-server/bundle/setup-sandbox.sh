#!/bin/sh
# Sets up users for apps to run as, so that no app runs as the user of the environment server. To be run as root, and again at will.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
service=
sandbox=tc-job
executors=$(getconf _NPROCESSORS_ONLN)
executors_max=64
home=$here
mode=apply

usage() {
  cat <<TEXT
setup-sandbox.sh: users for apps to run as, once on this machine, as root.

  --user NAME          the user of the environment server, made if there is none (default: whose files these are, or postern)
  --sandbox-user NAME  the user for apps; the pool is NAME-1, NAME-2, … (default: $sandbox; another one goes into appsSandboxUser)
  --executors N        how many of the pool, one for each execution that runs at once (default: $executors)
  --home DIR           folder of the environment server (default: $here)
  --print              print what it would do, as commands to type; change nothing
  --undo               take back what it did; the user of the environment server and its files stay
TEXT
}

fail() {
  echo "$1" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --user | --sandbox-user | --executors | --home)
      [ $# -ge 2 ] || fail "$1 takes a value. See --help."
      case $1 in
        --user) service=$2 ;;
        --sandbox-user) sandbox=$2 ;;
        --executors) executors=$2 ;;
        --home) home=$2 ;;
      esac
      shift 2
      ;;
    --print) mode=print; shift ;;
    --undo) mode=undo; shift ;;
    --help) usage; exit 0 ;;
    *) fail "There is no option $1. See --help." ;;
  esac
done

# Unzipped by root, the files are root's until this gives them away.
[ -n "$service" ] || service=$(stat -c %U "$home/.postern-envsvr" 2>/dev/null || echo root)
[ "$service" != root ] || service=postern

# Names end in a file of sudo's, so they are what useradd takes and nothing else.
is_name() { case $1 in '' | root | *[!a-z0-9_-]* | [!a-z_]* | ?????????????????????????????*) return 1 ;; esac; }
is_name "$service" || fail "\"$service\" is no name for the user of the environment server."
is_name "$sandbox" || fail "\"$sandbox\" is no name for the user of apps."
case $executors in '' | *[!0-9]*) fail "--executors takes a number, not \"$executors\"." ;; esac
[ "$executors" -ge 1 ] || fail "--executors must be at least 1."
[ "$executors" -le "$executors_max" ] || executors=$executors_max
[ -d "$home/.postern-envsvr" ] || [ "$mode" = undo ] || fail "There is no $home/.postern-envsvr. Unzip the bundle first, or name its folder with --home."
if [ "$mode" != print ]; then
  [ "$(id -u)" = 0 ] || fail "This makes users and an entry for sudo: run it as root, or see --print."
  for program in useradd groupadd usermod gpasswd visudo setfacl getent; do
    command -v "$program" >/dev/null 2>&1 || fail "$program is missing. Install the packages sudo and acl (and shadow-utils or passwd)."
  done
fi

exchange=$home/.postern-envsvr/exchange
sudoers=/etc/sudoers.d/$service-$sandbox

# All users for apps: the guide's one, and the pool.
app_users() {
  echo "$sandbox"
  number=1
  while [ "$number" -le "$1" ]; do
    echo "$sandbox-$number"
    number=$((number + 1))
  done
}

# Every step is one command with its words, so that what is printed is what is done.
step() {
  if [ "$mode" = print ]; then echo "$*"; else "$@"; fi
}

has_user() { [ "$mode" != print ] && getent passwd "$1" >/dev/null; }
has_group() { [ "$mode" != print ] && getent group "$1" >/dev/null; }

sudoers_entry() {
  cat <<TEXT
# For $home
# Made by setup-sandbox.sh: the environment server runs apps as these users, ends their processes, and removes what they leave.
# closefrom_override keeps the pipes of an app open; without sessions an app is the server's own child, and ends with it.
Defaults:$service !requiretty, closefrom_override, !use_pty, !pam_session, !pam_setcred, !log_allowed
$service ALL=($(app_users "$executors" | paste -s -d , -)) NOPASSWD: ALL
TEXT
}

# visudo judges the file before it is in force: a broken one would stop all of sudo.
write_sudoers() {
  if [ "$mode" = print ]; then
    echo "visudo -f $sudoers    # with these lines:"
    sudoers_entry | sed 's/^/    /'
    return
  fi
  new=$(mktemp)
  sudoers_entry >"$new"
  if ! visudo -c -q -f "$new"; then
    rm -f "$new"
    fail "sudo does not take the entry for $service; nothing of it was changed."
  fi
  install -o root -g root -m 0440 "$new" "$sudoers"
  rm -f "$new"
}

# Each ends all processes of its users when it starts, so that two servers must not share them.
refuse_users_of_another() {
  [ "$mode" != print ] || return 0
  for entry in /etc/sudoers.d/*-"$sandbox"; do
    [ ! -f "$entry" ] || grep -qxF "# For $home" "$entry" ||
      fail "$sandbox is there for another environment server (see $entry). Choose other users with --sandbox-user, or take those back with --undo."
  done
}

apply() {
  refuse_users_of_another
  # Those that there are stay; fewer are made by --undo first.
  while [ "$executors" -lt "$executors_max" ] && has_user "$sandbox-$((executors + 1))"; do executors=$((executors + 1)); done
  has_user "$service" || step useradd --system --user-group --create-home --shell /bin/bash "$service"
  for user in $(app_users "$executors"); do
    has_group "$user" || step groupadd --system "$user"
    has_user "$user" || step useradd --system --gid "$user" --no-create-home --home-dir /nonexistent --shell "$nologin" "$user"
    # No password opens it, and no shell waits behind one.
    step usermod --lock --shell "$nologin" "$user"
    # What an app makes belongs to its group, and the environment server reads and removes it.
    step usermod --append --groups "$user" "$service"
  done
  step mkdir -p "$exchange/programs" "$exchange/jobs"
  step chown -R "$service:$(service_group)" "$home"
  step chmod 711 "$home/.postern-envsvr"
  step chmod 755 "$exchange"
  # Folders of executions stay closed: each is opened to one user of the pool while it runs.
  step chmod 711 "$exchange/jobs"
  # Folders 755, files 644, and programs among them 755.
  step chmod -R u+rwX,go+rX,go-w "$exchange/programs"
  step setfacl -R -d -m "u:$sandbox:rx" "$exchange/programs"
  step setfacl -R -d -m "u:$sandbox:rwx,g::rwx" "$exchange/jobs"
  step setfacl -R -d -m "u:$service:rwx" "$exchange/jobs"
  write_sudoers
}

# Names of users or groups for apps that there are.
made_here() {
  getent "$1" | cut -d : -f 1 | grep -xE "$sandbox(-[0-9]{1,2})?" || :
}

# userdel complains of members that a user's group has beside it.
empty_group() {
  for member in $(getent group "$1" | cut -d : -f 4 | tr , ' '); do gpasswd --delete "$member" "$1" >/dev/null; done
}

undo() {
  rm -f "$sudoers"
  [ ! -d "$exchange" ] || setfacl -R -b -k "$exchange"
  # What they left would be a stranger's when their numbers are given away again.
  for group in $(made_here group); do
    [ ! -d "$exchange" ] || find "$exchange" -group "$group" -exec chgrp -h "$(service_group)" '{}' +
    empty_group "$group"
  done
  for user in $(made_here passwd); do
    [ ! -d "$exchange" ] || find "$exchange" -user "$user" -exec chown -h "$service:$(service_group)" '{}' +
    userdel "$user"
  done
  # Where userdel leaves the group of a user that is gone.
  for group in $(made_here group); do groupdel "$group"; done
  [ ! -d "$home/.postern-envsvr" ] || chmod 700 "$home/.postern-envsvr"
}

service_group() {
  if has_user "$service"; then id -gn "$service"; else echo "$service"; fi
}

nologin=$(command -v nologin || echo /usr/sbin/nologin)
case $mode in
  undo)
    undo
    echo "Users $sandbox and $sandbox-N are gone. User $service and $home stay; start the environment server again."
    ;;
  print) apply ;;
  apply)
    apply
    echo "Apps run as $sandbox-1 to $sandbox-$executors. Start the environment server again, in a new session of $service."
    [ "$sandbox" = tc-job ] || echo "Set appsSandboxUser to $sandbox: ./configure.sh --set appsSandboxUser=$sandbox"
    ;;
esac

#!/bin/sh
# Runs the environment server in the foreground, as the user who calls this. Ctrl-C or shutdown.sh ends it.
# Its arguments go to the server: see help.sh.
set -u
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
oldest="24.7"

# Whether this is a Node.js that is new enough, by its own word: asking its engine would take as long as half a start. A file that
# cannot run here at all is none.
suits() {
  version=$("$1" --version 2>/dev/null) || return 1
  major=${version#v}
  minor=${major#*.}
  major=${major%%.*}
  minor=${minor%%.*}
  [ "$major" -gt 24 ] 2>/dev/null || { [ "$major" = 24 ] && [ "$minor" -ge 7 ] 2>/dev/null; }
}

# Leaves the Node.js in $node and what it is in $major.
find_node() {
  if [ -n "${POSTERN_NODE:-}" ]; then
    node=$POSTERN_NODE
    suits "$node" && return 0
    echo "POSTERN_NODE is $POSTERN_NODE, which is not Node.js $oldest or newer, or does not run on this machine." >&2
    return 1
  fi
  for node in "$here/runtime/node" "$(command -v node 2>/dev/null)"; do
    [ -n "$node" ] && suits "$node" && return 0
  done
  echo "The environment server needs Node.js $oldest or newer, and found none:" >&2
  if [ -e "$here/runtime/node" ]; then
    echo "  $here/runtime/node does not run on this machine; the bundle may be for another platform ($(uname -s) $(uname -m) here)." >&2
  else
    echo "  there is no runtime/node in this folder (the bundle was downloaded without runtime);" >&2
  fi
  node=$(command -v node 2>/dev/null) && echo "  $node is $("$node" --version 2>/dev/null || echo broken)." >&2 || echo "  there is no node on the PATH." >&2
  echo "Install Node.js $oldest or newer, or name one: POSTERN_NODE=/path/to/node $0" >&2
  return 1
}

find_node || exit 2
if [ ! -f "$here/postern-envsvr.mjs" ]; then
  echo "The server file $here/postern-envsvr.mjs is missing. Unzip the bundle again." >&2
  exit 2
fi
# Little memory, since the apps need it more: a small young generation, and the collector lent to the server, which clears up once
# after starting. Node 24 also optimises later: this server does little at once. Names of that kind change with the engine.
options="--max-semi-space-size=1 --expose-gc"
[ "$major" = 24 ] && options="$options --invocation-count-for-maglev=5000 --no-sparkplug"
# glibc: one arena instead of one a thread, and what is freed goes back to the system.
export MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=65536
# Options are several words.
# shellcheck disable=SC2086
exec "$node" $options "$here/postern-envsvr.mjs" --home "$here" "$@"

#!/bin/sh
# Runs the environment server in the foreground, as the user who calls this. Ctrl-C or shutdown.sh ends it.
# Its arguments go to the server: see help.sh.
set -u
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
oldest="24.7"

# Whether this is a Node.js that is new enough. A file that cannot run here at all is none.
suits() {
  "$1" -e "const [major, minor] = process.versions.node.split('.').map(Number)
           process.exit(major > 24 || (major === 24 && minor >= 7) ? 0 : 1)" >/dev/null 2>&1
}

find_node() {
  if [ -n "${POSTERN_NODE:-}" ]; then
    suits "$POSTERN_NODE" && { printf '%s\n' "$POSTERN_NODE"; return 0; }
    echo "POSTERN_NODE is $POSTERN_NODE, which is not Node.js $oldest or newer, or does not run on this machine." >&2
    return 1
  fi
  for node in "$here/runtime/node" "$(command -v node 2>/dev/null)"; do
    [ -n "$node" ] && suits "$node" && { printf '%s\n' "$node"; return 0; }
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

node=$(find_node) || exit 2
if [ ! -f "$here/postern-envsvr.mjs" ]; then
  echo "The server file $here/postern-envsvr.mjs is missing. Unzip the bundle again." >&2
  exit 2
fi
# A small young generation: this server does little at once, and 20 MB are better used by the apps.
exec "$node" --max-semi-space-size=1 "$here/postern-envsvr.mjs" --home "$here" "$@"

#!/bin/sh
# What can be done here.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cat <<'TEXT'
Postern environment server

  ./run.sh [OPTIONS]   start in the foreground; prints "Connected to HOST:PORT", or why not
  ./shutdown.sh        end it; running apps get 30 seconds
  ./help.sh            this page
  README.txt           installation, and the table for the network team

Options of run.sh:

  --password-file FILE  file with the master password of the keychain (mode 600)
  --password-fd N       file descriptor to read the master password from
  --verbose             log also how things happen

Environment of run.sh:

  POSTERN_NODE          the Node.js to run with (24.7 or newer); default: runtime/node, then node on the PATH
TEXT
echo
echo "Settings: $here/.postern-envsvr/settings.json"
echo "Local policy (what no hub can widen): $here/.postern-envsvr/policy.json"

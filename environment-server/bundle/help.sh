#!/bin/sh
# What can be done here.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cat <<'TEXT'
Postern environment server

  ./run.sh [OPTIONS]        start in the foreground; prints "Connected to HOST:PORT", or why not
  ./shutdown.sh             end it; running apps get 30 seconds
  ./configure.sh            settings and keychain: a menu, or options (./configure.sh --help)
  ./postern-envsvr status   how the running server is; exit code 0, 3 (none runs), 150 (locked), 151 (not confirmed) or 152 (revoked)
  ./postern-envsvr unlock   give the running server the master password of its keychain
  ./postern-envsvr reload   let the running server take over changed settings
  ./postern-envsvr doctor   what keeps it from its hub, and what to ask the network team for (--help)
  ./postern-envsvr policy   show, lock, trust FINGERPRINT, clear-hub: what no hub can widen
  ./setup-sandbox.sh        as root: users that apps run as (./setup-sandbox.sh --print says what it would do)
  ./help.sh                 this page
  README.txt                installation, and the table for the network team

As a service: postern-envsvr.init.sh for /etc/init.d, postern-envsvr.service for systemd. README.txt says how.

Options of run.sh and unlock:

  --password-file FILE  file with the master password of the keychain (mode 600)
  --password-fd N       file descriptor to read the master password from
  --verbose             run.sh: log also how things happen

Environment:

  POSTERN_NODE           the Node.js to run with (24.7 or newer); default: runtime/node, then node on the PATH
  POSTERN_TRIAL_SECONDS  how long a newer server file may take to be online, and must then be so to be kept (60)
TEXT
echo
echo "Settings: $here/.postern-envsvr/settings.json (change them with configure.sh)"
echo "Local policy (what no hub can widen): $here/.postern-envsvr/policy.json"
echo "Log: $here/.postern-envsvr/logs/server.log"

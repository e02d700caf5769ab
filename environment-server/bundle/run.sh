#!/bin/sh
# Runs the environment server in the foreground, as the user who calls this. Ctrl-C or shutdown.sh ends it.
# Its arguments go to the server: see help.sh.
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec /bin/sh "$here/postern-envsvr" run "$@"

#!/bin/sh
# Settings and keychain of this environment server: a menu, or options for scripts (configure.sh --help).
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec /bin/sh "$here/postern-envsvr" configure "$@"

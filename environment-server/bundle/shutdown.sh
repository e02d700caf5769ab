#!/bin/sh
# Ends the environment server of this folder: running apps get 30 seconds to end, results are kept.
set -u
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
pid_file="$here/.postern-envsvr/run/server.pid"

if [ ! -r "$pid_file" ]; then
  echo "No environment server is running on $here (there is no $pid_file)."
  exit 0
fi
# Number and start time, so that another process that was given the number later is left alone.
read -r pid started < "$pid_file"

# Whether the process is still that one, and not just waiting for its parent to notice its end (state Z).
runs() {
  fields=$(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) || return 1
  [ "$(echo "$fields" | cut -d ' ' -f 1)" != Z ] && [ "$(echo "$fields" | cut -d ' ' -f 20)" = "$started" ]
}

if ! runs; then
  echo "No environment server is running on $here."
  exit 0
fi
if ! kill -TERM "$pid"; then
  echo "This user may not end process $pid. Run shutdown.sh as the user that started it." >&2
  exit 1
fi
echo "Ending the environment server (process $pid); running apps get 30 seconds."
seconds=0
while [ "$seconds" -lt 60 ]; do
  runs || { echo "Ended."; exit 0; }
  sleep 1
  seconds=$((seconds + 1))
done
echo "It has not ended after 60 seconds. Look at its log; kill -9 $pid ends it at once, and loses nothing but the running apps." >&2
exit 1

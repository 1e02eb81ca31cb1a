#!/bin/sh
# Runs a command on a spot instance of EC2, and sends it SIGTERM when the instance is to be taken away:
#   ./spot.sh node node_modules/holdfast/dist/cli/bin.js run pipelines/speaker.ts --grace 90 --requeue

metadata=${METADATA_URL:-http://169.254.169.254}/latest

notice() {
  token=$(curl -sf -m 2 -X PUT -H "X-aws-ec2-metadata-token-ttl-seconds: 60" "$metadata/api/token") &&
    curl -sf -m 2 -o /dev/null -H "X-aws-ec2-metadata-token: $token" "$metadata/meta-data/spot/instance-action"
}

"$@" &
run=$!
trap 'kill -TERM "$run"' TERM
trap 'kill -INT "$run"' INT

(
  until notice; do sleep 5; done
  echo "the instance will be taken away: stopping" >&2
  kill -TERM "$run"
) &
watcher=$!

# A trapped signal ends the wait, not the run.
while kill -0 "$run" 2>/dev/null; do
  wait "$run"
  code=$?
done
kill "$watcher" 2>/dev/null
exit "$code"

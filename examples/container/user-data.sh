#!/bin/bash
# Runs a container of your own on Amazon Linux 2023, at a server's first boot. web.environment gives
# CONTAINER_REGISTRY_ID, CONTAINER_IMAGE and CONTAINER_LOG_GROUP, and maybe CONTAINER_LOG_DAYS. Safe to run again. Any
# failure ends it with a non-zero status: the target group then never sees a healthy server, and the Auto Scaling group
# replaces this one.
# Log: /var/log/cloud-init-output.log, and the container's own in CONTAINER_LOG_GROUP.
set -euo pipefail

# Exported, so that docker run can hand the values on by name: Docker's --env-file takes quotes for part of a value.
set -a
# shellcheck source=/dev/null
source /etc/twinsite.env
set +a
: "${TWINSITE_REGION:?}" "${TWINSITE_PORT:?}" "${TWINSITE_HEALTH_PATHS:?}"
: "${CONTAINER_REGISTRY_ID:?}" "${CONTAINER_IMAGE:?}" "${CONTAINER_LOG_GROUP:?}"
read -ra health_paths <<<"$TWINSITE_HEALTH_PATHS"

# The region's own registry: another region's may be down just when this one is needed.
registry=$CONTAINER_REGISTRY_ID.dkr.ecr.$TWINSITE_REGION.amazonaws.com

environment() {
  sed -nE 's/^([A-Z][A-Z0-9_]*)=.*/--env \1/p' /etc/twinsite.env
}

dnf --assumeyes install docker
systemctl enable --now docker
token=$(aws ecr get-login-password --region "$TWINSITE_REGION")
docker login --username AWS --password-stdin "$registry" <<<"$token"
docker pull "$registry/$CONTAINER_IMAGE"
docker rm --force application
# One that Docker makes would keep the log for ever. Where container.Extend has made it, or another server, it is left as
# it is.
if aws logs create-log-group --region "$TWINSITE_REGION" --log-group-name "$CONTAINER_LOG_GROUP"; then
  aws logs put-retention-policy --region "$TWINSITE_REGION" --log-group-name "$CONTAINER_LOG_GROUP" \
    --retention-in-days "${CONTAINER_LOG_DAYS:-90}" || echo "$CONTAINER_LOG_GROUP keeps the log for ever" >&2
fi
# The host's network: the application listens on TWINSITE_PORT itself, and reaches the credentials of the server's
# role. Logs that CloudWatch does not take must not stop the application: they are dropped above 25 MB.
# shellcheck disable=SC2046 # two words a variable
docker run --detach --name application --restart always --network host $(environment) \
  --log-driver awslogs --log-opt "awslogs-region=$TWINSITE_REGION" --log-opt "awslogs-group=$CONTAINER_LOG_GROUP" \
  --log-opt awslogs-create-group=true --log-opt mode=non-blocking --log-opt max-buffer-size=25m \
  "$registry/$CONTAINER_IMAGE"
for path in "${health_paths[@]}"; do
  curl --fail --silent --show-error --noproxy '*' --max-time 5 --retry 60 --retry-delay 2 --retry-all-errors \
    --output /dev/null "http://127.0.0.1:$TWINSITE_PORT$path" || {
    echo "the container does not answer $path on port $TWINSITE_PORT" >&2
    exit 1
  }
done

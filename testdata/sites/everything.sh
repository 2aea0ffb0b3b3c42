#!/bin/bash
set -euo pipefail
# The paths of the health checks: $TWINSITE_HEALTH_PATHS
echo "$TWINSITE_REGION" > /etc/motd

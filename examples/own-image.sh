#!/bin/bash
# Runs at an instance's first boot, on the image of own-image.yaml. The image
# brings its web server; only what differs from region to region is set here.
set -euo pipefail

# TWINSITE_REGION and TWINSITE_STATIC_URL, written by Twinsite before this runs.
# shellcheck source=/dev/null
source /etc/twinsite.env

printf 'region=%s\nstatic=%s\n' "$TWINSITE_REGION" "$TWINSITE_STATIC_URL" >/etc/gallery.conf
systemctl restart gallery

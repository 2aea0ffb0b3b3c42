#!/bin/bash
# Runs at an instance's first boot, on the image of own-image.yaml. The image
# brings its web server; only what differs from region to region is set here.
set -euo pipefail

# REGION and STATIC_HOST, written by Twinsite before this script.
. /etc/twinsite.env

printf 'region=%s\nstatic=https://%s\n' "$REGION" "$STATIC_HOST" >/etc/gallery.conf
systemctl restart gallery

#!/bin/bash
# Default user data of the web servers, for Amazon Linux 2023: nginx and the sample page.
# /etc/twinsite.env is written before this runs. Safe to run again. Any failure ends it with a non-zero status:
# the target group then never sees a healthy server, and the Auto Scaling group replaces this one.
# Log: /var/log/cloud-init-output.log
set -euo pipefail

# shellcheck source=/dev/null
source /etc/twinsite.env
: "${TWINSITE_REGION:?}" "${TWINSITE_STATIC_URL:?}" "${TWINSITE_HEALTH_PATHS:?}" "${TWINSITE_SITE:?}" "${TWINSITE_PORT:?}"
read -ra health_paths <<<"$TWINSITE_HEALTH_PATHS"

readonly SITE_ROOT=/usr/share/nginx/twinsite
readonly IMDS=http://169.254.169.254/latest

fail() {
  echo "twinsite user data: $*" >&2
  exit 1
}

# These become nginx configuration, where a quote or a brace would change its meaning.
check_values() {
  [[ $TWINSITE_STATIC_URL =~ ^https?://[A-Za-z0-9.-]+(:[0-9]+)?$ ]] ||
    fail "TWINSITE_STATIC_URL must be scheme and host, such as https://static.example.com: got '$TWINSITE_STATIC_URL'"
  [[ $TWINSITE_PORT =~ ^[0-9]{1,5}$ ]] || fail "TWINSITE_PORT must be a port: got '$TWINSITE_PORT'"
  local path
  for path in "${health_paths[@]}"; do
    [[ $path =~ ^/[A-Za-z0-9._~/-]*$ ]] ||
      fail "TWINSITE_HEALTH_PATHS must hold plain paths, such as /healthz: got '$path'"
  done
}

# The launch template allows IMDSv2 only. IPv4: the IPv6 endpoint is off unless the template asks for it.
imds() {
  curl --fail --silent --show-error --noproxy '*' --connect-timeout 2 --max-time 5 \
    --retry 5 --retry-delay 1 --retry-max-time 30 --retry-connrefused "$@"
}

metadata() {
  imds --header "X-aws-ec2-metadata-token: $token" "$IMDS/meta-data/$1"
}

escape_html() {
  sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/>/\&gt;/g' -e 's/"/\&quot;/g' -e "s/'/\&#39;/g" <<<"$1"
}

# page TITLE HEADING TEXT ACTION: everything but the values is literal HTML. No inline style and no script,
# which the Content-Security-Policy forbids.
page() {
  cat <<HTML
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$1</title>
<link rel="icon" type="image/svg+xml" href="$TWINSITE_STATIC_URL/assets/favicon.56f267fa.svg">
<link rel="stylesheet" href="$TWINSITE_STATIC_URL/assets/style.89a4b011.css">
</head>
<body>
<img class="stage" src="$TWINSITE_STATIC_URL/assets/stage.88278cb2.svg" width="1200" height="460" alt="A band on a lit stage at night, seen from the crowd">
<main>
<div class="lead">
<div>
<p class="brand">$site</p>
<h1>$2</h1>
<p>$3</p>
$4
</div>
<section class="ticket" aria-labelledby="served">
<h2 id="served">Served to you by</h2>
<dl>
<div><dt>Region</dt><dd>$region</dd></div>
<div><dt>Availability zone</dt><dd>$zone</dd></div>
<div><dt>Instance</dt><dd>$instance</dd></div>
</dl>
</section>
</div>
<footer>The ticket names the server that answered. Load the page again during a failover and watch the region change.</footer>
</main>
</body>
</html>
HTML
}

write_pages() {
  install -d -m 755 "$SITE_ROOT"
  page "$site" "Good seats, on either side of the ocean." \
    "Doors open at seven. If one region goes dark, the other one sells the tickets." \
    '<form method="post" action="/tickets"><button>Hold a seat</button></form>' >"$SITE_ROOT/index.html"
  page "Seat held - $site" "Your seat is held." \
    "This was a write: it was not sent from the edge to another region, the server on the ticket took it." \
    '<p><a href="/">Back to the stage</a></p>' >"$SITE_ROOT/held.html"
  chmod 644 "$SITE_ROOT"/*.html
}

health_locations() {
  local path
  # A path given twice would be a duplicate location. The page itself answers for "/".
  for path in $(printf '%s\n' "${health_paths[@]}" | sort -u); do
    [[ $path == / ]] || cat <<NGINX
    # Constant, so that health says "this server answers" and depends on nothing else. Not logged: it is most of the traffic.
    location = $path {
        access_log off;
        default_type text/plain;
        return 200 "ok\n";
    }
NGINX
  done
}

write_nginx_configuration() {
  # The package's nginx.conf has a server on port 80 of its own, after conf.d. Some builds mark it default_server,
  # and nginx refuses two of them; without the mark it answers for no Host but "_".
  sed -i 's/[[:space:]]default_server//' /etc/nginx/nginx.conf
  cat >/etc/nginx/conf.d/twinsite.conf <<NGINX
# Written by the user data.
server {
    listen $TWINSITE_PORT default_server;
    listen [::]:$TWINSITE_PORT default_server;
    root $SITE_ROOT;
    charset utf-8;
    server_tokens off;

    # Longer than the load balancer's idle timeout, 125 s at most: a connection that nginx closes first costs a visitor a 502.
    keepalive_timeout 150s;

    # CloudFront does not compress what it must not cache. Both add Via, and nginx takes that for a proxy that cannot gzip.
    gzip on;
    gzip_vary on;
    gzip_proxied any;
    gzip_min_length 256;
    gzip_types text/css text/plain text/javascript application/javascript application/json image/svg+xml;

    # The page differs from server to server: a stored copy would show a region that is gone.
    add_header Cache-Control no-store always;
    add_header Content-Security-Policy "default-src 'none'; img-src $TWINSITE_STATIC_URL; style-src $TWINSITE_STATIC_URL; form-action 'self'; base-uri 'none'; frame-ancestors 'none'" always;

$(health_locations)

    # No index: it would redirect internally to /index.html, which may be a health path.
    location = / {
        try_files /index.html =404;
    }
    location / {
        try_files \$uri =404;
    }

    # The sample write. nginx gives no file to a POST, so the confirmation comes as an error page, with status 201.
    location = /tickets {
        if (\$request_method != POST) {
            return 405;
        }
        error_page 418 =201 /held.html;
        return 418;
    }
    location = /held.html {
        internal;
    }
}
NGINX
}

start_nginx() {
  nginx -t
  systemctl enable nginx
  systemctl reload-or-restart nginx
  local path
  for path in "${health_paths[@]}"; do
    curl --fail --silent --show-error --noproxy '*' --max-time 5 --retry 5 --retry-delay 1 --retry-connrefused \
      --output /dev/null "http://127.0.0.1:$TWINSITE_PORT$path" || fail "nginx does not answer $path"
  done
}

check_values
dnf --assumeyes install nginx
token=$(imds --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$IMDS/api/token")
zone=$(metadata placement/availability-zone)
instance=$(metadata instance-id)
site=$(escape_html "$TWINSITE_SITE")
region=$(escape_html "$TWINSITE_REGION")
zone=$(escape_html "$zone")
instance=$(escape_html "$instance")
write_pages
write_nginx_configuration
start_nginx

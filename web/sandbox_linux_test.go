package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A machine is what user-data.sh meets: the test writes it to a directory, and the test binary, started again in
// mount, network and process namespaces of its own, makes that directory its /etc, /run and so on. Real bash, curl and
// nginx run there; nothing of the host is written and no port of it is used. dnf and systemctl are stand-ins.
type machine struct {
	Script    string // user-data.sh or a broken copy
	Env       string // /etc/twinsite.env
	NginxConf string // /etc/nginx/nginx.conf
	DNF       int    // exit status of dnf
	Retention int    // exit status of "aws logs put-retention-policy"
	Metadata  bool   // whether the instance metadata service answers
	Runs      int    // how often the script is run
	Health    string // the path that checkServer takes for the health path
	Port      string // the port that checkServer asks; "", and it asks none
}

// A report is what came of it.
type report struct {
	Exit     int      // exit status of the last run of the script
	Output   string   // of the script
	Calls    string   // of dnf and systemctl, one a line
	Problems []string // found by checkServer; none are looked for when the script failed
}

const (
	sandboxVariable = "TWINSITE_SANDBOX"
	sandboxPath     = "/usr/sbin:/usr/bin:/sbin:/bin" // cloud-init's; an ordinary user's lacks sbin, where nginx is
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(sandboxVariable); dir != "" {
		if err := insideSandbox(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// needSandbox skips the test where it cannot run, except in CI, where a skipped proof would look like a passed one.
func needSandbox(t *testing.T) {
	t.Helper()
	var problems []error
	for _, command := range []string{"bash", "curl", "ip", "nginx"} {
		if !installed(command) {
			problems = append(problems, fmt.Errorf("%s is not installed", command))
		}
	}
	probe := exec.Command("true")
	probe.SysProcAttr = ownNamespaces()
	if err := probe.Run(); err != nil {
		problems = append(problems, fmt.Errorf("cannot create namespaces: %w", err))
	}
	switch err := errors.Join(problems...); {
	case err != nil && os.Getenv("CI") != "":
		t.Fatalf("CI must be able to run the user data: %v", err)
	case err != nil:
		t.Skipf("the user data cannot be run here: %v", err)
	}
}

func installed(command string) bool {
	for _, dir := range filepath.SplitList(sandboxPath) {
		if _, err := exec.LookPath(filepath.Join(dir, command)); err == nil {
			return true
		}
	}
	return false
}

func ownNamespaces() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	if os.Geteuid() != 0 {
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
	}
	return attr
}

func (m machine) run(t *testing.T) report {
	t.Helper()
	dir := t.TempDir()
	if err := m.write(dir); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), sandboxVariable+"="+dir)
	command.SysProcAttr = ownNamespaces()
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("sandbox: %v\n%s", err, output)
	}
	var r report
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sandboxMounts says which directory of the machine stands for which of the host.
var sandboxMounts = map[string]string{
	"etc": "/etc", "run": "/run", "share": "/usr/share/nginx", "log": "/var/log/nginx", "lib": "/var/lib/nginx",
}

const (
	dnfStandIn = `#!/bin/bash
echo "dnf $*" >>"$HOME/calls"
exit %d
`
	systemctlStandIn = `#!/bin/bash
echo "systemctl $*" >>"$HOME/calls"
case "$*" in
"enable nginx" | "enable --now docker") ;;
"reload-or-restart nginx") if [[ -s /run/nginx.pid ]]; then nginx -s reload; else nginx; fi ;;
*) echo "systemctl stand-in: unexpected: $*" >&2; exit 1 ;;
esac
`
	// A log group is made once.
	awsStandIn = `#!/bin/bash
echo "aws $*" >>"$HOME/calls"
case "$1 $2" in
"logs create-log-group") mkdir "$HOME/log-group" || exit 254 ;;
"logs put-retention-policy") exit %d ;;
*) echo "token of ${*: -1}" ;;
esac
`
	// A container that runs is nginx here, on the port and with the path that it is told. A registry gives its token
	// for the region's own name only.
	dockerStandIn = `#!/bin/bash
echo "docker $*" >>"$HOME/calls"
case "$1" in
login)
  read -r token
  [[ ${*: -1} == *."${token##* }".amazonaws.com ]] || { echo "docker stand-in: the token is not of this registry" >&2; exit 1; }
  ;;
pull | rm) ;;
run)
  for name in TWINSITE_PORT TWINSITE_HEALTH_PATHS MOTTO; do
    [[ " $* " == *" --env $name "* && -n "${!name}" ]] || { echo "docker stand-in: the container lacks $name" >&2; exit 1; }
  done
  echo "MOTTO is $MOTTO" >>"$HOME/calls"
  cat >"$HOME/container.conf" <<NGINX
user nginx;
events {}
http { server { listen $TWINSITE_PORT; location = ${TWINSITE_HEALTH_PATHS%% *} { return 200; } } }
NGINX
  nginx -s stop 2>/dev/null && sleep 0.2
  nginx -c "$HOME/container.conf" &>"$HOME/nginx.out" || { cat "$HOME/nginx.out"; exit 1; }
  ;;
*) echo "docker stand-in: unexpected: $*" >&2; exit 1 ;;
esac
`
	// curl asks the real address, and this leads it to the stand-in: nginx takes port 80 of every address here.
	curlrc = "connect-to = \"169.254.169.254:80:127.0.0.1:8169\"\n"
)

func (m machine) write(dir string) error {
	uid := 990 // an unprivileged worker proves that it may read the pages
	if os.Geteuid() != 0 {
		uid = 0 // a user namespace without privileges knows no other
	}
	settings, err := json.Marshal(m)
	if err != nil {
		return err
	}
	files := map[string]string{
		"machine.json":         string(settings),
		"user-data.sh":         m.Script,
		".curlrc":              curlrc,
		"bin/dnf":              fmt.Sprintf(dnfStandIn, m.DNF),
		"bin/systemctl":        systemctlStandIn,
		"bin/aws":              fmt.Sprintf(awsStandIn, m.Retention),
		"bin/docker":           dockerStandIn,
		"etc/twinsite.env":     m.Env,
		"etc/nginx/nginx.conf": m.NginxConf,
		"etc/passwd":           fmt.Sprintf("root:x:0:0::/:/bin/bash\nnginx:x:%d:%d::/:/sbin/nologin\n", uid, uid),
		"etc/group":            fmt.Sprintf("root:x:0:\nnginx:x:%d:\n", uid),
		"etc/nsswitch.conf":    "passwd: files\ngroup: files\nhosts: files\n",
	}
	for name, source := range map[string]string{
		"etc/nginx/mime.types": "/etc/nginx/mime.types",
		"etc/ld.so.cache":      "/etc/ld.so.cache",
	} {
		data, err := os.ReadFile(source)
		if err != nil {
			return err
		}
		files[name] = string(data)
	}
	for _, name := range []string{"etc/nginx/conf.d", "etc/nginx/default.d", "run", "share/html", "log", "lib"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return err
		}
	}
	for name, content := range files {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(content), 0o755)); err != nil {
			return err
		}
	}
	return nil
}

// insideSandbox is the first process of the namespaces; when it ends, the kernel ends nginx with it.
func insideSandbox(dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, "machine.json"))
	if err != nil {
		return err
	}
	var m machine
	if err := json.Unmarshal(data, &m); err != nil {
		return err
	}
	if err := enter(dir); err != nil {
		return err
	}
	if m.Metadata {
		listener, err := net.Listen("tcp", "127.0.0.1:8169")
		if err != nil {
			return err
		}
		go func() { _ = http.Serve(listener, metadataService()) }()
	}
	r, err := m.runScript(dir)
	if err != nil {
		return err
	}
	if r.Exit == 0 && m.Port != "" {
		r.Problems = checkServer(m.Health, m.Port)
	}
	data, err = json.Marshal(r)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "report.json"), data, 0o600)
}

func enter(dir string) error {
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mounts cannot be made private: %w", err)
	}
	for source, target := range sandboxMounts {
		if err := syscall.Mount(filepath.Join(dir, source), target, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount %s: %w", target, err)
		}
	}
	if output, err := exec.Command("/usr/bin/env", "PATH="+sandboxPath, "ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip: %w: %s", err, output)
	}
	return nil
}

func (m machine) runScript(dir string) (report, error) {
	var r report
	for range m.Runs {
		// nginx outlives the script and keeps its output open: a file, since reading a pipe would wait for nginx.
		output, err := os.Create(filepath.Join(dir, "output"))
		if err != nil {
			return r, err
		}
		command := exec.Command("bash", filepath.Join(dir, "user-data.sh"))
		command.Dir = "/"
		command.Env = []string{"HOME=" + dir, "PATH=" + filepath.Join(dir, "bin") + ":" + sandboxPath}
		command.Stdout, command.Stderr = output, output
		err = command.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			return r, err
		}
		r.Exit = command.ProcessState.ExitCode()
		if err := output.Close(); err != nil {
			return r, err
		}
	}
	for name, field := range map[string]*string{"output": &r.Output, "calls": &r.Calls} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return r, err
		}
		*field = string(data)
	}
	return r, nil
}

// metadataService answers as the instance metadata service does when only version 2 is allowed.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
func metadataService() http.Handler {
	const token = "AQAEANx=="
	values := map[string]string{"placement/availability-zone": "ap-northeast-2a", "instance-id": "i-0abc123def4567890"}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /latest/api/token", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds") == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, token)
	})
	mux.HandleFunc("GET /latest/meta-data/{name...}", func(w http.ResponseWriter, r *http.Request) {
		value, found := values[strings.TrimSuffix(r.PathValue("name"), "/")]
		switch {
		case r.Header.Get("X-Aws-Ec2-Metadata-Token") != token:
			w.WriteHeader(http.StatusUnauthorized)
		case !found:
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprint(w, value)
		}
	})
	return mux
}

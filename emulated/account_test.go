package emulated

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// accountID is the account's number: MiniStack's own.
const accountID = "000000000000"

// An account is an emulated AWS account, a process of its own, empty at first.
// It ends with the test.
type account struct {
	t       *testing.T
	process *exec.Cmd
	address string   // 127.0.0.1:PORT
	env     []string // of whoever uses the account
	log     string   // file

	questions *json.Encoder
	answers   *json.Decoder
}

// startAccount starts an account in the test's temporary folder and waits until
// it answers.
func startAccount(t *testing.T) *account {
	t.Helper()
	dir := t.TempDir()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t, address: freeAddress(t), log: filepath.Join(dir, "account.log")}
	_, port, _ := net.SplitHostPort(a.address)
	for _, folder := range []string{"home", "tmp"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	a.process = exec.Command(python(), "-m", "account")
	a.process.Dir = "emulated"
	a.process.Env = append(environment(),
		"GATEWAY_PORT="+port, "BIND_HOST=127.0.0.1", "MINISTACK_HOST=127.0.0.1",
		"LAMBDA_EXECUTOR=local", "NODE_PATH="+filepath.Join(here, "emulated", "node_modules"),
		"SFTP_ENABLED=0", "IOT_MTLS_ENABLED=0", // they listen, too
		"TMPDIR="+filepath.Join(dir, "tmp"), "HOME="+filepath.Join(dir, "home"), "PYTHONDONTWRITEBYTECODE=1",
		"AWS_EC2_METADATA_DISABLED=true")
	a.env = append(environment(),
		"AWS_ENDPOINT_URL=http://"+a.address, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=",
		// The CDK keeps the account of a key in ~/.cdk/cache, Go its own in ~/.cache.
		"HOME="+filepath.Join(dir, "home"), "GOCACHE="+goEnv(t, "GOCACHE"), "GOMODCACHE="+goEnv(t, "GOMODCACHE"),
		"CDK_DISABLE_CLI_TELEMETRY=true", "PYTHONPATH="+filepath.Join(here, "emulated"), "PYTHONDONTWRITEBYTECODE=1",
		"PATH="+filepath.Dir(python())+":"+filepath.Join(here, "node_modules", ".bin")+":"+os.Getenv("PATH"))
	a.start()
	a.listenToQuestions()
	return a
}

// start starts the process in a group of its own, so that Ctrl-C reaches it
// through us only, and the functions that it runs end with it.
func (a *account) start() {
	a.t.Helper()
	log, err := os.Create(a.log)
	if err != nil {
		a.t.Fatal(err)
	}
	defer log.Close()
	a.process.Stdout, a.process.Stderr = log, log
	a.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := a.process.StdinPipe() // the account ends when this does, however we end
	if err != nil {
		a.t.Fatal(err)
	}
	if err := a.process.Start(); err != nil {
		a.t.Fatalf("%v: make deploy-emulated installs it", err)
	}
	a.t.Cleanup(func() { a.stop(stdin) })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		response, err := http.Get("http://" + a.address + "/_ministack/health")
		if err == nil {
			response.Body.Close()
			return
		}
		if time.Now().After(deadline) || interrupted.Err() != nil {
			a.t.Fatalf("the account does not answer: %v\n%s", err, a.said())
		}
	}
}

// stop ends the account and checks that nothing of it is left: no process of
// its group, no listener on its port.
func (a *account) stop(stdin io.Closer) {
	stdin.Close()
	group := a.process.Process.Pid
	killer := time.AfterFunc(10*time.Second, func() { _ = syscall.Kill(-group, syscall.SIGKILL) })
	_ = a.process.Wait() // how it ends does not matter
	killer.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		err := syscall.Kill(-group, syscall.SIGKILL) // what is left: functions
		if errors.Is(err, syscall.ESRCH) {
			break
		}
		if time.Now().After(deadline) {
			a.t.Errorf("processes of the account's group %d are left", group)
			return
		}
	}
	if conn, err := net.Dial("tcp", a.address); err == nil {
		conn.Close()
		a.t.Errorf("somebody still answers at %s", a.address)
	}
}

// said is the end of what the account printed.
func (a *account) said() string {
	content, _ := os.ReadFile(a.log) // to explain another failure
	return string(content[max(0, len(content)-4000):])
}

// run runs a command as a user of the account and returns what it printed. When
// it takes too long, or after Ctrl-C, its whole group of processes ends.
func (a *account) run(env []string, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(interrupted, 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, name, args...)
	for _, variable := range a.env {
		if path, ok := strings.CutPrefix(variable, "PATH="); ok {
			command.Path = find(name, path)
			command.Err = nil
		}
	}
	command.Env = append(append([]string{}, a.env...), env...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return output.String(), fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), errors.Join(err, ctx.Err()), output.String())
	}
	return output.String(), nil
}

// find is the command's file in a PATH other than ours.
func find(name, path string) string {
	for _, folder := range filepath.SplitList(path) {
		file := filepath.Join(folder, name)
		if info, err := os.Stat(file); err == nil && info.Mode()&0o111 != 0 && !info.IsDir() {
			return file
		}
	}
	return name
}

// must is run for a command that has to succeed.
func (a *account) must(env []string, name string, args ...string) string {
	a.t.Helper()
	output, err := a.run(env, name, args...)
	if err != nil {
		a.t.Fatalf("%v\nthe account said:\n%s", err, a.said())
	}
	return output
}

// ask asks a service of the account's: an operation in boto3's spelling, and
// its parameters.
func (a *account) ask(region, service, operation string, parameters map[string]any) map[string]any {
	a.t.Helper()
	question := map[string]any{"service": service, "operation": operation, "region": region, "parameters": parameters}
	var reply struct {
		Answer map[string]any
		Error  string
	}
	if err := errors.Join(a.questions.Encode(question), a.answers.Decode(&reply)); err != nil {
		a.t.Fatalf("%s %s: %v", service, operation, err)
	}
	if reply.Error != "" {
		a.t.Fatalf("%s %s %v: %s", service, operation, parameters, reply.Error)
	}
	return reply.Answer
}

// listenToQuestions starts what ask asks, see account/ask.py.
func (a *account) listenToQuestions() {
	a.t.Helper()
	asking := exec.Command(python(), "-m", "account.ask")
	asking.Env, asking.Stderr = a.env, os.Stderr
	asking.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	questions, err := asking.StdinPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	answers, err := asking.StdoutPipe()
	if err != nil {
		a.t.Fatal(err)
	}
	if err := asking.Start(); err != nil {
		a.t.Fatal(err)
	}
	a.questions, a.answers = json.NewEncoder(questions), json.NewDecoder(answers)
	a.t.Cleanup(func() {
		questions.Close()
		_ = asking.Process.Kill() // it may wait for an answer
		_ = asking.Wait()
	})
}

// inventory lists what there is in the account: ids by kind.
func (a *account) inventory(regions []string) map[string][]string {
	a.t.Helper()
	there := map[string][]string{}
	for kind, ids := range a.ask("", "", "inventory", map[string]any{"Regions": regions}) {
		for _, id := range ids.([]any) {
			there[kind] = append(there[kind], text(id))
		}
	}
	return there
}

// refuse makes the account refuse the next creation or change of a resource,
// once; stack is CloudFormation's name.
func (a *account) refuse(stack, logicalID string) {
	a.t.Helper()
	a.tell("refuse", map[string]string{"stack": stack, "resource": logicalID})
}

// refuseNth makes the account refuse the nth resource that a stack creates from now
// on, once; stack is CloudFormation's name.
func (a *account) refuseNth(stack string, nth int) {
	a.t.Helper()
	a.tell("refuse-nth", map[string]any{"stack": stack, "nth": nth})
}

// makeZone makes a hosted zone that was there before the site.
func (a *account) makeZone(id, name string) {
	a.t.Helper()
	a.tell("zone", map[string]string{"zone": id, "name": name})
}

// tell asks for what AWS has no API for, see account/admin.py.
func (a *account) tell(call string, body any) {
	a.t.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	response, err := http.Post("http://"+a.address+"/_emulated/"+call, "application/json", bytes.NewReader(content))
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		message, _ := io.ReadAll(response.Body)
		a.t.Fatalf("%s: %s: %s", call, response.Status, message)
	}
}

// environment is ours without what could lead to another account, or change
// what the CDK does.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "AWS_") || strings.HasPrefix(variable, "CDK_")
	})
}

func python() string {
	file, err := filepath.Abs(filepath.Join(".venv-emulated", "bin", "python"))
	if err != nil {
		panic(err)
	}
	return file
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	value, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(value))
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

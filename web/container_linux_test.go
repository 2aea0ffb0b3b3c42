package web

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

const containerScript = "../examples/container/user-data.sh"

const containerEnv = `TWINSITE_REGION=eu-west-1
TWINSITE_HEALTH_PATHS='/healthz'
TWINSITE_PORT='8080'
CONTAINER_REGISTRY_ID='111122223333'
CONTAINER_IMAGE='shop:1.4.2'
CONTAINER_LOG_GROUP='/shop/container'
MOTTO='it'"'"'s "$HOME"'
`

// TestContainer runs the script of examples/container with stand-ins of docker and the AWS CLI: the image comes from the
// registry of the server's own region, the container gets every variable as it was written, and its log does not stay for
// ever.
func TestContainer(t *testing.T) {
	t.Parallel()
	needSandbox(t)
	if output, err := exec.Command("shellcheck", containerScript).CombinedOutput(); err != nil {
		t.Errorf("shellcheck: %v\n%s", err, output)
	}
	script, err := os.ReadFile(containerScript)
	if err != nil {
		t.Fatal(err)
	}
	// A group that nobody gives a retention keeps the log for ever. Only who makes it gives it one.
	const retention = "aws logs put-retention-policy --region eu-west-1 --log-group-name /shop/container --retention-in-days 90\n"
	const run = `dnf --assumeyes install docker
systemctl enable --now docker
aws ecr get-login-password --region eu-west-1
docker login --username AWS --password-stdin 111122223333.dkr.ecr.eu-west-1.amazonaws.com
docker pull 111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1.4.2
docker rm --force application
aws logs create-log-group --region eu-west-1 --log-group-name /shop/container
` + retention + `docker run --detach --name application --restart always --network host --env TWINSITE_REGION --env TWINSITE_HEALTH_PATHS --env TWINSITE_PORT --env CONTAINER_REGISTRY_ID --env CONTAINER_IMAGE --env CONTAINER_LOG_GROUP --env MOTTO --log-driver awslogs --log-opt awslogs-region=eu-west-1 --log-opt awslogs-group=/shop/container --log-opt awslogs-create-group=true --log-opt mode=non-blocking --log-opt max-buffer-size=25m 111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1.4.2
MOTTO is it's "$HOME"
`
	tests := map[string]struct {
		change func(*machine)
		want   string // of the output; "" if the script does its work
	}{
		"once":                     {func(*machine) {}, ""},
		"twice":                    {func(m *machine) { m.Runs = 2 }, ""},
		"dnf fails":                {func(m *machine) { m.DNF = 1 }, "\n"},
		"no image":                 {replaceEnv("CONTAINER_IMAGE='shop:1.4.2'\n", ""), "CONTAINER_IMAGE"},
		"no retention":             {func(m *machine) { m.Retention = 254 }, ""},
		"another health path":      {replaceEnv("'/healthz'", "'/healthz /alive'"), "does not answer /alive on port 8080"},
		"broken: another registry": {breakScript(".ecr.$TWINSITE_REGION.", ".ecr.us-east-1."), "not of this registry"},
		"broken: no variables":     {breakScript("host $(environment)", "host"), "lacks TWINSITE_PORT"},
		"broken: not exported":     {breakScript("set -a\n", ""), "lacks TWINSITE_PORT"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := defaultMachine(t)
			m.Script, m.Env, m.Port = string(script), containerEnv, ""
			breakScript("--retry 60 --retry-delay 2", "--retry 3 --retry-delay 1")(&m) // only to save the tests' time
			test.change(&m)
			r := m.run(t)
			switch {
			case test.want != "" && (r.Exit == 0 || !strings.Contains(r.Output+"\n", test.want)):
				t.Errorf("got exit status %d, want another and %q in\n%s", r.Exit, test.want, r.Output)
			case test.want == "" && r.Exit != 0:
				t.Errorf("exit status %d\n%s", r.Exit, r.Output)
			case test.want == "":
				if want := run + strings.Repeat(strings.Replace(run, retention, "", 1), m.Runs-1); r.Calls != want {
					t.Errorf("got calls\n%swant\n%s", r.Calls, want)
				}
			}
		})
	}
}

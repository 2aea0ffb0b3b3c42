package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"twinsite/constructs"
)

// TestSwitchAgrees holds every place that names the failover switch's object
// against the health check's: promises hold the templates' outputs and the
// state machine; here are the command behind "make failover-on" and the pages.
func TestSwitchAgrees(t *testing.T) {
	_, key, found := strings.Cut(switchForm(t), "s3://BUCKET")
	if !found || key != constructs.FailoverSwitchPath {
		t.Errorf("the command takes the object %q, the health check asks for %s", key, constructs.FailoverSwitchPath)
	}
	for _, target := range []string{"failover-on", "failover-off"} {
		if err := exec.Command("make", "-n", target).Run(); err != nil {
			t.Errorf("make %s: %v", target, err)
		}
	}
	const file, least = "docs/operations.md", 3
	text := read(t, file)
	if n, err := switchPaths(text); err != nil || n < least {
		t.Errorf("%s: names the object %d times, want %d or more: %v", file, n, least, err)
	}
	if _, err := switchPaths(strings.Replace(text, "BUCKET/failover-switch", "BUCKET/switch", 1)); err == nil {
		t.Errorf("%s: nobody noticed another object", file)
	}
}

// switchForm is what the command says when it is given another object.
func switchForm(t *testing.T) string {
	t.Helper()
	output, err := exec.Command("go", "run", "./cmd/failover-switch", "off", "-object", "s3://bucket/other").CombinedOutput()
	if err == nil {
		t.Fatalf("takes any object: %s", output)
	}
	form := regexp.MustCompile(`give it as (\S+)`).FindSubmatch(output)
	if form == nil {
		t.Fatalf("does not say what to give: %s", output)
	}
	return string(form[1])
}

// switchPaths counts the addresses of the switch's object in a text, and finds
// one that is another's.
func switchPaths(text string) (int, error) {
	addresses := regexp.MustCompile(`s3://BUCKET(/[\w-]+)`).FindAllStringSubmatch(text, -1)
	for _, address := range addresses {
		if address[1] != constructs.FailoverSwitchPath {
			return 0, fmt.Errorf("%s is not the switch", address[0])
		}
	}
	return len(addresses), nil
}

package play

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// sandboxVariable is set in the first process of a sandbox.
const sandboxVariable = "TWINSITE_BROWSER_SANDBOX"

// runInSandbox starts the test again, as the first process of network, mount and
// process namespaces of its own: when it ends, in whatever way, the kernel ends
// the browser, and removes the network and the browser's files.
func runInSandbox(t *testing.T) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$", "-test.v", "-browser")
	command.Env = append(os.Environ(), sandboxVariable+"=1")
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID,
		Pdeathsig:  syscall.SIGKILL,
	}
	command.Stdout, command.Stderr = t.Output(), t.Output()
	if err := command.Run(); err != nil {
		t.Fatalf("in a sandbox: %v", err)
	}
}

// sandboxFiles is an empty folder of the sandbox, in memory.
const sandboxFiles = "/mnt"

// enterSandbox makes the sandbox's folder and network: it has the addresses, and
// its resolver is at 127.0.0.1.
func enterSandbox(addresses ...string) error {
	const resolver = sandboxFiles + "/resolv.conf"
	steps := []func() error{
		func() error { return syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "") },
		func() error { return syscall.Mount("proc", "/proc", "proc", 0, "") },
		func() error { return syscall.Mount("tmpfs", sandboxFiles, "tmpfs", 0, "") },
		func() error { return os.WriteFile(resolver, []byte("nameserver 127.0.0.1\n"), 0o644) },
		func() error { return syscall.Mount(resolver, "/etc/resolv.conf", "", syscall.MS_BIND, "") },
		ip("link set lo up"),
		// A browser that finds nothing but the loopback interface calls itself offline.
		ip("link add visitors type veth peer name servers"),
		ip("address add 198.18.0.1/24 dev visitors"),
		ip("link set visitors up"),
		ip("link set servers up"),
	}
	for _, address := range addresses {
		steps = append(steps, ip("address add "+address+"/32 dev lo"))
	}
	for i, step := range steps {
		if err := step(); err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

func ip(args string) func() error {
	return func() error {
		output, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput()
		if err != nil {
			err = errors.Join(fmt.Errorf("ip %s: %s", args, output), err)
		}
		return err
	}
}

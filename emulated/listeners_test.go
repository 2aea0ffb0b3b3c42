package emulated

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// checkListeners checks that the account and its functions listen on loopback
// only.
func (a *account) checkListeners() {
	a.t.Helper()
	addresses, err := a.listening()
	if err != nil {
		a.t.Fatal(err)
	}
	if !slices.Contains(addresses, netip.MustParseAddrPort(a.address)) {
		a.t.Errorf("the account listens on %v, and not on %s: is /proc read in the wrong way?", addresses, a.address)
	}
	for _, address := range addresses {
		if !address.Addr().IsLoopback() {
			a.t.Errorf("the account listens on %s, which others can reach", address)
		}
	}
}

// listening is the addresses on which processes of the account's group listen,
// as Linux tells it: /proc/net/tcp and tcp6, whose format is in proc(5).
func (a *account) listening() ([]netip.AddrPort, error) {
	sockets, err := socketsOf(a.process.Process.Pid)
	if err != nil {
		return nil, err
	}
	var addresses []netip.AddrPort
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		content, err := os.ReadFile(table)
		if err != nil {
			return nil, err
		}
		for _, line := range strings.Split(string(content), "\n")[1:] {
			fields := strings.Fields(line)
			if len(fields) < 10 || fields[3] != "0A" || !sockets[fields[9]] { // 0A is LISTEN
				continue
			}
			address, err := parseAddress(fields[1])
			if err != nil {
				return nil, err
			}
			addresses = append(addresses, address)
		}
	}
	return addresses, nil
}

// socketsOf are the inodes of the sockets that a group's processes hold open.
func socketsOf(group int) (map[string]bool, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	sockets := map[string]bool{}
	for _, stat := range stats {
		content, _ := os.ReadFile(stat) // a process may have ended
		_, rest, _ := strings.Cut(string(content), ") ")
		fields := strings.Fields(rest) // state, parent, group, …
		if len(fields) < 3 || fields[2] != fmt.Sprint(group) {
			continue
		}
		descriptors, _ := filepath.Glob(filepath.Join(filepath.Dir(stat), "fd", "*"))
		for _, descriptor := range descriptors {
			target, _ := os.Readlink(descriptor)
			if inode, ok := strings.CutPrefix(target, "socket:["); ok {
				sockets[strings.TrimSuffix(inode, "]")] = true
			}
		}
	}
	return sockets, nil
}

// parseAddress reads "0100007F:1F90": the address in words of the machine's
// byte order, little-endian here, and the port.
func parseAddress(text string) (netip.AddrPort, error) {
	address, port, _ := strings.Cut(text, ":")
	bytes, err := hex.DecodeString(address)
	if err != nil {
		return netip.AddrPort{}, err
	}
	for word := range slices.Chunk(bytes, 4) {
		slices.Reverse(word)
	}
	ip, ok := netip.AddrFromSlice(bytes)
	var number uint16
	if _, err := fmt.Sscanf(port, "%X", &number); err != nil || !ok {
		return netip.AddrPort{}, fmt.Errorf("%q is no address of /proc/net/tcp", text)
	}
	return netip.AddrPortFrom(ip.Unmap(), number), nil
}

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]string{
		"0100007F:1F90":                         "127.0.0.1:8080",
		"00000000:0050":                         "0.0.0.0:80",
		"00000000000000000000000001000000:1F90": "[::1]:8080",
		"0000000000000000FFFF00000100007F:1F90": "127.0.0.1:8080",
	} {
		if got, err := parseAddress(text); err != nil || got.String() != want {
			t.Errorf("%s: %v (%v), not %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0100007F", "7F:1F90", "0100007F:port"} {
		if got, err := parseAddress(text); err == nil {
			t.Errorf("%q: nobody noticed that it is no address, but %s", text, got)
		}
	}
}

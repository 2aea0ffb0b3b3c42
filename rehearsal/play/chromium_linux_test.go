package play

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"twinsite/rehearsal"
)

// A browser is a Chromium with testdata/browser.html, of which it has no more
// than what the page says in the console.
type browser struct {
	clock   *clock
	process *exec.Cmd

	mu       sync.Mutex
	requests []rehearsal.Request
	protocol string         // of the last answer: "h2"
	errors   map[string]int // of requests without an answer
	log      []string       // the browser's last other lines
}

// openBrowser opens the page in a Chromium with a profile of its own, which ends
// with the context.
func openBrowser(ctx context.Context, s *stage, profile string) (*browser, error) {
	key := sha256.Sum256(s.ca.cert.RawSubjectPublicKeyInfo)
	b := &browser{clock: s.clock, errors: map[string]int{}, process: exec.CommandContext(ctx, "chromium",
		"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--user-data-dir="+filepath.Join(sandboxFiles, profile),
		"--ignore-certificate-errors-spki-list="+base64.StdEncoding.EncodeToString(key[:]), // needs a profile
		"--enable-logging=stderr",
		"https://"+s.model.ServingHosts()[0]+"/")}
	b.process.Env = append(os.Environ(), "HOME="+sandboxFiles, "TMPDIR="+sandboxFiles)
	output, err := b.process.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := b.process.Start(); err != nil {
		return nil, err
	}
	go b.listen(output)
	return b, nil
}

func (b *browser) listen(output io.Reader) {
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if _, text, found := strings.Cut(lines.Text(), `"posted `); found {
			text, _, _ = strings.Cut(text, `", source:`)
			b.note(text)
		} else {
			b.mu.Lock()
			b.log = append(b.log[max(0, len(b.log)-20):], lines.Text())
			b.mu.Unlock()
		}
	}
}

// note takes what came of a request, at the moment that it ended.
func (b *browser) note(text string) {
	said := struct {
		Status              int
		By, Error, Protocol string
		Took                float64 // milliseconds
	}{}
	if err := json.Unmarshal([]byte(text), &said); err != nil {
		said.Error = err.Error() + ": " + text
	}
	took := time.Duration(said.Took * float64(time.Millisecond))
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, rehearsal.Request{Kept: true, Write: true, Sent: b.clock.Now() - took, Took: took, Status: said.Status, By: said.By})
	if said.Error != "" {
		b.errors[said.Error]++
	} else {
		b.protocol = said.Protocol
	}
}

// all returns the requests in the order in which they were sent.
func (b *browser) all() []rehearsal.Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	requests := slices.Clone(b.requests)
	slices.SortStableFunc(requests, func(x, y rehearsal.Request) int { return int(x.Sent - y.Sent) })
	return requests
}

// A gate leads connections to an address of the play into the play, and counts
// them.
type gate struct {
	stage *stage
	to    netip.AddrPort
	mu    sync.Mutex
	came  []time.Duration
}

// openGate listens at the address, which is the sandbox's, until the stage closes.
func openGate(s *stage, to netip.AddrPort) (*gate, error) {
	listener, err := net.Listen("tcp", to.String())
	if err != nil {
		return nil, err
	}
	g := &gate{stage: s, to: to}
	context.AfterFunc(s.ctx, func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			g.mu.Lock()
			g.came = append(g.came, s.clock.Now())
			g.mu.Unlock()
			go g.lead(conn)
		}
	}()
	return g, nil
}

// lead carries bytes until either side closes.
func (g *gate) lead(from net.Conn) {
	defer from.Close()
	to, err := g.stage.network.dial(g.stage.ctx, g.to, 0)
	if err != nil {
		return
	}
	defer to.Close()
	ended := make(chan bool, 2)
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		go func() {
			_, _ = io.Copy(way[1], way[0])
			ended <- true
		}()
	}
	<-ended
}

// between returns when connections came in a time.
func (g *gate) between(from, to time.Duration) []time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.came), func(at time.Duration) bool { return at < from || at >= to })
}

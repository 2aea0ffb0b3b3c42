package emulated

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/miekg/dns"
)

// TestCheck asks an account by our own command whether the default site can be deployed
// to it: a healthy one, and the same with one thing wrong after the other. What the
// emulated account cannot have wrong is tested in account/check, with answers of the
// form that AWS documents.
func TestCheck(t *testing.T) {
	if *assemblies == "" {
		t.Skip(`"make deploy-emulated" deploys`)
	}
	t.Parallel()
	c := newChecked(t)
	c.healthy()
	for _, f := range faults {
		c.breaks(f)
	}
	if output, err := c.run("-account", "123456789012"); err == nil || strings.Contains(output, `"items"`) || !strings.Contains(output, "not of 123456789012") {
		t.Errorf("another account: %v\n%s", err, output)
	}
}

const (
	checkedZone    = "Z0123456789ABCDEFGHIJ"
	checkedHome    = "ap-northeast-2"
	checkedStandby = "us-east-1"
)

// A checked is an account that is asked about a site.
type checked struct {
	*account
	command    string // our own, built
	file       string // of the site
	prefixList string
	dns        map[string][]string // between two runs of our command: the records of the domain and above it, by "NAME TYPE"
	server     string              // address of the DNS server that has them
}

// newChecked starts an account with a zone and the CDK's bootstrap, where everything
// is right for a site in a file of its own.
func newChecked(t *testing.T) *checked {
	t.Helper()
	dir := t.TempDir()
	c := &checked{account: startAccount(t), command: filepath.Join(dir, "twinsite"), file: filepath.Join(dir, "site.yaml")}
	c.must(nil, "go", "build", "-o", c.command, "./cmd/twinsite")
	c.makeZone(checkedZone, "ticketing.pw")
	// From a folder without cdk.json, as nothing has to be synthesized.
	c.must(nil, "sh", "-c", fmt.Sprintf("cd %s && exec cdk bootstrap aws://%s/%s aws://%s/%s", dir, accountID, checkedHome, accountID, checkedStandby))
	for _, region := range []string{checkedHome, checkedStandby} { // MiniStack loses it, as a list in a condition
		c.ask(region, "iam", "attach_role_policy", executionPolicy(region))
	}
	lists := c.ask(checkedHome, "ec2", "describe_managed_prefix_lists", map[string]any{
		"Filters": []any{map[string]any{"Name": "prefix-list-name", "Values": []string{"com.amazonaws.global.cloudfront.origin-facing"}}}})
	c.prefixList = text(list(lists["PrefixLists"])[0]["PrefixListId"])
	zone := c.ask("us-east-1", "route53", "get_hosted_zone", map[string]any{"Id": checkedZone})
	c.dns = map[string][]string{"pw. NS": {"pw. 60 IN NS a.nic.pw."}}
	for _, server := range zone["DelegationSet"].(map[string]any)["NameServers"].([]any) {
		c.dns["ticketing.pw. NS"] = append(c.dns["ticketing.pw. NS"], "ticketing.pw. 60 IN NS "+strings.TrimSuffix(text(server), ".")+".")
	}
	c.serveDNS()
	c.describe("", "")
	return c
}

// executionPolicy is what the CDK's bootstrap lets the role of a region do.
func executionPolicy(region string) map[string]any {
	return map[string]any{"RoleName": "cdk-hnb659fds-cfn-exec-role-" + accountID + "-" + region, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
}

// describe writes the site's file: the default one in the zone, with something replaced.
func (c *checked) describe(old, replacement string) {
	c.t.Helper()
	content, err := os.ReadFile("site.yaml")
	if err != nil {
		c.t.Fatal(err)
	}
	site := string(content)
	for _, change := range [][2]string{
		{`  id: ""`, "  id: " + checkedZone}, {`cloudFrontPrefixList: ""`, "cloudFrontPrefixList: " + c.prefixList},
		{"\nnotify: []", "\nnotify: [ops@example.com]"}, {old, replacement},
	} {
		if !strings.Contains(site, change[0]) {
			c.t.Fatalf("site.yaml has no %q", change[0])
		}
		if change[0] != "" {
			site = strings.Replace(site, change[0], change[1], 1)
		}
	}
	if err := os.WriteFile(c.file, []byte(site), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// serveDNS starts the DNS server, on loopback.
func (c *checked) serveDNS() {
	c.t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	c.server = packets.LocalAddr().String()
	server := &dns.Server{PacketConn: packets, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, question *dns.Msg) {
		reply := new(dns.Msg).SetReply(question)
		for _, text := range c.dns[question.Question[0].Name+" "+dns.TypeToString[question.Question[0].Qtype]] {
			record, err := dns.NewRR(text)
			if err != nil {
				c.t.Errorf("%s: %v", text, err)
			}
			reply.Answer = append(reply.Answer, record)
		}
		_ = w.WriteMsg(reply) // whoever asked may have gone
	})}
	started := make(chan struct{})
	server.NotifyStartedFunc = func() { close(started) }
	go func() { _ = server.ActivateAndServe() }() // ends with Shutdown
	<-started
	c.t.Cleanup(func() { _ = server.Shutdown() })
}

// run runs our command, which can reach nothing but this machine.
func (c *checked) run(args ...string) (string, error) {
	nowhere := []string{"HTTPS_PROXY=http://127.0.0.1:1", "HTTP_PROXY=http://127.0.0.1:1"}
	return c.account.run(nowhere, c.command, append([]string{"check", "-json", "-site", c.file, "-resolver", c.server}, args...)...)
}

// A checkedItem is a line of our command's report.
type checkedItem struct{ Item, Colour, Said, Remedy string }

// items runs our command and returns its report by item.
func (c *checked) items() map[string]checkedItem {
	c.t.Helper()
	output, _ := c.run("-account", accountID) // its exit status is in the colours
	var report struct{ Items []checkedItem }
	_, object, _ := strings.Cut(output, "{")
	if err := json.NewDecoder(strings.NewReader("{" + object)).Decode(&report); err != nil {
		c.t.Fatalf("%v\n%s\nthe account said:\n%s", err, output, c.said())
	}
	items := map[string]checkedItem{}
	for _, item := range report.Items {
		items[item.Item] = item
	}
	return items
}

// healthy holds that all is green but that the emulated account's caller is its root
// user.
func (c *checked) healthy() {
	c.t.Helper()
	items := c.items()
	for name, item := range items {
		if item.Colour != "green" && name != "credentials" {
			c.t.Errorf("a healthy account: %+v", item)
		}
	}
	if len(items) < 40 || items["credentials"].Colour != "warning" {
		c.t.Errorf("%d items, credentials: %+v", len(items), items["credentials"])
	}
}

// A fault makes one item red.
type fault struct {
	item, said, todo string
	do               func(*checked)
	also             string // another item that it changes, for the same reason
}

// breaks does something wrong to the account and looks which items that turns red,
// beside those that were red before.
func (c *checked) breaks(f fault) {
	c.t.Helper()
	before := c.items()
	f.do(c)
	after := c.items()
	c.describe("", "") // for what comes next
	if got := after[f.item]; before[f.item].Colour != "green" || got.Colour != "red" || !strings.Contains(got.Said, f.said) || !strings.Contains(got.Remedy, f.todo) {
		c.t.Errorf("%s: %+v became %+v, want red, %q and %q", f.item, before[f.item], got, f.said, f.todo)
	}
	var others []string
	for name, item := range after {
		if name != f.item && name != f.also && item.Colour != before[name].Colour {
			others = append(others, fmt.Sprintf("%+v", item))
		}
	}
	if slices.Sort(others); len(others) > 0 {
		c.t.Errorf("%s: other items changed too: %s", f.item, strings.Join(others, ", "))
	}
}

package main

import (
	"strings"
	"testing"

	"twinsite/assembly"
	"twinsite/site"
)

// An assembly belongs to the site of the same name, domain, hosts and regions,
// and to no other.
func TestBelongs(t *testing.T) {
	original, err := assembly.Load(root + "testdata/site")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		edit func(s *site.Site)
		want string // in the error; "": there is none
	}{
		{"the same", func(*site.Site) {}, ""},
		{"another instance type", func(s *site.Site) { s.Web.InstanceType = "t3.large" }, ""},
		{"the name's beginning", func(s *site.Site) { s.Name = "ticket" }, "ticketing-Primary in ap-northeast-2, not ticket-Primary"},
		{"a name that begins with it", func(s *site.Site) { s.Name = "ticketing-test" }, "not ticketing-test-Primary"},
		{"another domain", func(s *site.Site) { s.Domain = "example.com" }, "its domain is ticketing.pw, not example.com"},
		{"a domain below it", func(s *site.Site) { s.Domain, s.Hosts = "www.ticketing.pw", []string{"@"} }, "its domain is"},
		{"another host", func(s *site.Site) { s.Hosts = append(s.Hosts, "shop") }, "its host names are"},
		{"another home", func(s *site.Site) { s.Home.Region.Name = "eu-west-1" }, "not ticketing-Primary in eu-west-1"},
		{"another standby", func(s *site.Site) { s.Standby.Region.Name = "eu-west-1" }, "not ticketing-Secondary in eu-west-1"},
	}
	for _, test := range tests {
		s, err := site.Load(root + "site.yaml")
		if err != nil {
			t.Fatal(err)
		}
		test.edit(s)
		switch err := belongs(original, s); {
		case test.want == "" && err != nil:
			t.Errorf("%s: %v", test.name, err)
		case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
	if small, err := assembly.Load(root + "assembly/testdata/site"); err != nil || belongs(small, &site.Site{Name: "small"}) == nil {
		t.Errorf("an assembly of another application is not noticed: %v", err)
	}
}

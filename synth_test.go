package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"twinsite/site"
	"twinsite/stacks"
)

// TestRefused holds that what the CDK or a construct refuses is one line, and
// leaves the folder as it was.
func TestRefused(t *testing.T) {
	tests := map[string]struct {
		spoil func(app awscdk.App, s *site.Site, assets *stacks.Assets)
		want  string
	}{
		"the CDK, at synthesis": {func(_ awscdk.App, _ *site.Site, assets *stacks.Assets) {
			assets.UserData = "#!/bin/bash\necho '${Token[TOKEN.0]}'\n" // which package site refuses
		}, "site.yaml: the site cannot be synthesized: UnrecognizedTokenKey: Resolution error: Unrecognized token key: TOKEN.0"},
		"the CDK, at a construct": {func(app awscdk.App, _ *site.Site, _ *stacks.Assets) {
			awscdk.NewStack(app, jsii.String(site.PrimaryStack), nil)
		}, "site.yaml: Primary cannot be synthesized: "},
		"the CDK, in a construct": {func(_ awscdk.App, s *site.Site, _ *stacks.Assets) {
			s.Web.InstanceType = "u-6tb1.metal" // which package site refuses
		}, "site.yaml: WebServers cannot be synthesized: MalformedInstanceTypeIdentifier: "},
		"our construct": {func(_ awscdk.App, _ *site.Site, assets *stacks.Assets) {
			assets.StaticFolder = ""
		}, "site.yaml: StaticFiles cannot be synthesized: Folder is missing"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte("before"), 0o600); err != nil {
				t.Fatal(err)
			}
			err := wholeOrNothing(dir, func(outdir string) error {
				app, s, assets := defaultSite(t, outdir)
				return caught("site.yaml", func() {
					test.spoil(app, s, &assets)
					stacks.Add(app, s, assets)
					app.Synth(nil)
				})
			})
			if err == nil || !strings.HasPrefix(err.Error(), "site.yaml: ") || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, test.want)
			}
			if diff := cmp.Diff([]string{"manifest.json before"}, list(t, dir)); diff != "" {
				t.Errorf("folder (-want +got):\n%s", diff)
			}
		})
	}
}

// defaultSite is what run makes before it synthesizes the default site.
func defaultSite(t *testing.T, outdir string) (awscdk.App, *site.Site, stacks.Assets) {
	t.Helper()
	app, err := newApp(outdir)
	if err != nil {
		t.Fatal(err)
	}
	s, err := site.Load("site.yaml")
	if err != nil {
		t.Fatal(err)
	}
	assets, err := readAssets(s)
	if err != nil {
		t.Fatal(err)
	}
	return app, s, assets
}

// list reads the files of a folder and of those in it.
func list(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		files = append(files, filepath.ToSlash(name)+" "+string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestWholeOrNothing holds that a second synthesis replaces files and folders of
// the first, and that one that fails replaces none.
func TestWholeOrNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	synthesize := func(content string, failure error) error {
		return wholeOrNothing(dir, func(outdir string) error {
			for _, name := range []string{"manifest.json", "asset.1/index.html"} {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(outdir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(outdir, name), []byte(content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			return failure
		})
	}
	no := errors.New("no")
	left := filepath.Join(dir, ".synth") // by a synthesis that was interrupted
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(left, "Old.template.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		content string
		failure error
		want    string
	}{{"1", nil, "1"}, {"2", nil, "2"}, {"3", no, "2"}} {
		if err := synthesize(step.content, step.failure); !errors.Is(err, step.failure) {
			t.Errorf("got %v, want %v", err, step.failure)
		}
		want := []string{"asset.1/index.html " + step.want, "manifest.json " + step.want}
		if diff := cmp.Diff(want, list(t, dir)); diff != "" {
			t.Errorf("folder (-want +got):\n%s", diff)
		}
	}
	var handed *string
	if err := wholeOrNothing("", func(outdir string) error { handed = &outdir; return nil }); err != nil || handed == nil || *handed != "" {
		t.Errorf("without a folder: got %v and %v", err, handed)
	}
}

func TestFirstLine(t *testing.T) {
	for text, want := range map[string]string{"": "no reason given", "\n  \n Error: a\r\n  at b": "Error: a", "Resolution error: Resolution error: Resolution error: a": "Resolution error: a"} {
		if got := firstLine(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

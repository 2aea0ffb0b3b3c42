package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// A hashed name may be cached for a year, so its content must never change under it.
func TestAssetNamesMatchTheirContent(t *testing.T) {
	if err := checkAssetNames(os.DirFS("static")); err != nil {
		t.Error(err)
	}
	for name, content := range map[string]string{
		"assets/style.css":                  "a name without a hash",
		"assets/style.00000000.css":         "a name with the hash of something else",
		"assets/deep/style.0fb19dd6.css":    "a directory",
		"assets/style.01234567.89abcd.css":  "two dots too many",
		"assets/style.01234567.css.map.txt": "a suffix",
	} {
		if checkAssetNames(fstest.MapFS{name: {Data: []byte(content)}}) == nil {
			t.Errorf("%s: want an error for %s", name, content)
		}
	}
}

// TestPageRefersToTheAssets reads the script; what nginx serves is asserted in TestUserData.
func TestPageRefersToTheAssets(t *testing.T) {
	static := os.DirFS("static")
	if err := checkReferences(UserData, static); err != nil {
		t.Error(err)
	}
	for name, broken := range map[string]string{
		"missing file":   strings.Replace(UserData, "/assets/stage.", "/assets/stages.", 1),
		"foreign host":   strings.Replace(UserData, `href="$TWINSITE_STATIC_URL`, `href="https://example.com`, 1),
		"inline script":  strings.Replace(UserData, "</head>", "<script>1</script></head>", 1),
		"inline style":   strings.Replace(UserData, "<body>", `<body style="margin:0">`, 1),
		"unused picture": strings.Replace(UserData, ` src="`, ` data="`, 1),
	} {
		if broken == UserData {
			t.Fatalf("%s: the script was not broken", name)
		}
		if checkReferences(broken, static) == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}

var loading = regexp.MustCompile(`@import|url\([^#]|\bhref=|<script|<image`)

// The assets load nothing themselves: the page's policy allows only its own picture and style.
func TestAssetsAreSelfContained(t *testing.T) {
	names, err := fs.Glob(os.DirFS("static"), "assets/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(path.Join("static", name))
		if err != nil {
			t.Fatal(err)
		}
		if found := loading.Find(data); found != nil {
			t.Errorf("%s loads something else: %q", name, found)
		}
		if limit := 16 << 10; len(data) > limit {
			t.Errorf("%s has %d bytes, want at most %d", name, len(data), limit)
		}
	}
}

// EC2 takes 16 KiB of user data before encoding, and the app's preamble needs its share.
func TestUserDataIsSmall(t *testing.T) {
	if limit := 10 << 10; len(UserData) > limit {
		t.Errorf("user-data.sh has %d bytes, want at most %d", len(UserData), limit)
	}
}

var hashedName = regexp.MustCompile(`^assets/[a-z-]+\.([0-9a-f]{8})\.[a-z]+$`)

func checkAssetNames(static fs.FS) error {
	return fs.WalkDir(static, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(static, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		want := hex.EncodeToString(sum[:4])
		match := hashedName.FindStringSubmatch(name)
		if match == nil || match[1] != want {
			return fmt.Errorf("%s: its SHA-256 begins with %s: name it so, here and in user-data.sh", name, want)
		}
		return nil
	})
}

var (
	attribute = regexp.MustCompile(`\b(?:href|src|action)="([^"]*)"`)
	inline    = regexp.MustCompile(`<script|<style|\bstyle=|\bon[a-z]+="`)
)

// checkReferences reports references of the page to anything but its assets and itself, and assets without a reference.
func checkReferences(page string, static fs.FS) error {
	unused := map[string]bool{}
	names, err := fs.Glob(static, "assets/*")
	if err != nil {
		return err
	}
	for _, name := range names {
		unused["$TWINSITE_STATIC_URL/"+name] = true
	}
	var problems []error
	if found := inline.FindString(page); found != "" {
		problems = append(problems, fmt.Errorf("the page has %q, which its policy forbids", found))
	}
	own := map[string]bool{"/": true, "/tickets": true}
	used := map[string]bool{}
	for _, match := range attribute.FindAllStringSubmatch(page, -1) {
		target := match[1]
		if !unused[target] && !own[target] {
			problems = append(problems, fmt.Errorf("the page refers to %s, which does not exist", target))
		}
		used[target] = true
	}
	for name := range unused {
		if !used[name] {
			problems = append(problems, fmt.Errorf("the page does not use %s", name))
		}
	}
	return errors.Join(problems...)
}

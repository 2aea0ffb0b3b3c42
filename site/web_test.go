package site

import (
	"testing"
	"time"
)

// TestBootTime promises the time that stands for none.
func TestBootTime(t *testing.T) {
	tests := map[string]struct {
		web  Web
		want time.Duration
	}{
		"default script": {Web{}, 2 * time.Minute},
		"own image":      {Web{Images: map[string]string{"us-east-1": "ami-0123456789abcdef0"}}, 5 * time.Minute},
		"own script":     {Web{UserData: "own.sh"}, 5 * time.Minute},
		"its own":        {Web{Boot: 30 * time.Second, UserData: "own.sh"}, 30 * time.Second},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := test.web.BootTime(); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

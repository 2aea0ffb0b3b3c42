// Diagram draws the architecture of a site from its cloud assembly.
//
//	go run ./cmd/diagram -assembly cdk.out -out docs/architecture.svg
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"twinsite/assembly"
	"twinsite/diagram"
)

func main() {
	dir := flag.String("assembly", "cdk.out", "read the cloud assembly in this `directory`")
	out := flag.String("out", "docs/architecture.svg", "write the picture to this `file`")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := draw(ctx, *dir, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func draw(ctx context.Context, dir, out string) error {
	a, err := assembly.Load(dir)
	if err != nil {
		return err
	}
	text, err := diagram.D2(a)
	if err != nil {
		return err
	}
	svg, err := diagram.SVG(ctx, text)
	if err != nil {
		return err
	}
	return os.WriteFile(out, svg, 0o644)
}

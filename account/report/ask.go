package report

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// A Question is asked for one item.
type Question struct {
	// Name is the item's.
	Name string

	// Ask finds out. Its error, one line that says why there is no answer, makes the
	// item a warning; the other items are asked all the same.
	Ask func(ctx context.Context) (Finding, error)
}

// Asking is how questions are asked.
type Asking struct {
	// AtOnce is how many are asked side by side, so that AWS does not throttle the
	// account. Default: 8.
	AtOnce int

	// Patience is how long one question may take. Default: one minute.
	Patience time.Duration

	// Progress is told what is still being asked, where it takes long. Default: nobody is.
	Progress io.Writer

	// Every is the time between two such lines. Default: three seconds.
	Every time.Duration
}

// Ask asks all questions and returns the items in their order. After the context has
// ended, what is not answered yet is not asked any more.
func (a Asking) Ask(ctx context.Context, questions []Question) []Item {
	a = a.withDefaults()
	items := make([]Item, len(questions))
	open := &openQuestions{names: map[int]string{}}
	slots := make(chan struct{}, a.AtOnce)
	var asked sync.WaitGroup
	for i, question := range questions {
		open.add(i, question.Name)
		asked.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			items[i] = Item{question.Name, a.one(ctx, question)}
			open.remove(i)
		})
	}
	stop := make(chan struct{})
	var told sync.WaitGroup
	told.Go(func() { a.tell(open, len(questions), stop) })
	asked.Wait()
	close(stop)
	told.Wait()
	return items
}

func (a Asking) withDefaults() Asking {
	if a.AtOnce <= 0 {
		a.AtOnce = 8
	}
	if a.Patience <= 0 {
		a.Patience = time.Minute
	}
	if a.Every <= 0 {
		a.Every = 3 * time.Second
	}
	if a.Progress == nil {
		a.Progress = io.Discard
	}
	return a
}

func (a Asking) one(ctx context.Context, question Question) Finding {
	ctx, cancel := context.WithTimeout(ctx, a.Patience)
	defer cancel()
	finding, err := question.Ask(ctx)
	switch {
	case err != nil && ctx.Err() == context.DeadlineExceeded:
		return Finding{Colour: Warning, Said: fmt.Sprintf("no answer within %.0f s", a.Patience.Seconds()), Remedy: "run it again"}
	case err != nil:
		return Finding{Colour: Warning, Said: err.Error()}
	}
	return finding
}

// tell says what is still open, as long as something is.
func (a Asking) tell(open *openQuestions, all int, stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(a.Every):
			if names := open.list(); len(names) > 0 {
				fmt.Fprintf(a.Progress, "%d of %d answered; still asking: %s\n", all-len(names), all, shorten(names))
			}
		}
	}
}

// shorten names the first questions that are open.
func shorten(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

type openQuestions struct {
	sync.Mutex
	names map[int]string
	count int
}

func (o *openQuestions) add(i int, name string) {
	o.Lock()
	defer o.Unlock()
	o.names[i], o.count = name, max(o.count, i+1)
}

func (o *openQuestions) remove(i int) {
	o.Lock()
	defer o.Unlock()
	delete(o.names, i)
}

func (o *openQuestions) list() (names []string) {
	o.Lock()
	defer o.Unlock()
	for i := range o.count {
		if name, open := o.names[i]; open {
			names = append(names, name)
		}
	}
	return names
}

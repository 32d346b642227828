package unlearn

import (
	"fmt"
	"slices"
)

// FactKind says what a [Fact] is about.
type FactKind int

const (
	// Forced: a solve failed, or the trust check would have refused the parameters, and Force kept
	// them. Err says why.
	Forced FactKind = iota + 1
	// Refused: a chunk was not taken ([Iterative].Accept), so that the parameters are those of the
	// chunks before it.
	Refused
	// LeftOut: a later step was left out because it would have made things worse.
	LeftOut
)

func (k FactKind) String() string {
	switch k {
	case Forced:
		return "forced"
	case Refused:
		return "refused"
	case LeftOut:
		return "left out"
	}
	return fmt.Sprintf("FactKind(%d)", int(k))
}

// Fact is a way in which an update is not what its method alone would have made of the request.
// Tables mark it; [Update].Notes has it in words.
type Fact struct {
	Kind          FactKind
	Chunk, Chunks int   // of an iterative update, from 1; 0 = of the update as a whole
	Err           error // why
}

func (f Fact) String() string {
	if f.Chunk > 0 {
		return fmt.Sprintf("chunk %d of %d: %s: %v", f.Chunk, f.Chunks, f.Kind, f.Err)
	}
	return fmt.Sprintf("%s: %v", f.Kind, f.Err)
}

// Of returns the facts of one kind, in their order.
func (u *Update) Of(k FactKind) []Fact {
	return slices.DeleteFunc(slices.Clone(u.Facts), func(f Fact) bool { return f.Kind != k })
}

// forced says that Force kept what the error is about.
func (t *attempt) forced(err error) {
	t.update.Facts = append(t.update.Facts, Fact{Kind: Forced, Err: err})
	t.note("forced: %v", err)
}

// leftOut says that a later step was left out.
func (t *attempt) leftOut(err error) {
	t.update.Facts = append(t.update.Facts, Fact{Kind: LeftOut, Err: err})
	t.note("%v and was left out", err)
}

// takeChunk makes the facts of a chunk those of the whole. What a chunk forced that was then
// refused is in none of the parameters.
func (t *attempt) takeChunk(u *Update, chunk, chunks int, refused error) {
	if refused != nil {
		t.update.Facts = append(t.update.Facts, Fact{Refused, chunk, chunks, refused})
		t.note("chunk %d of %d: refused, %v", chunk, chunks, refused)
		return
	}
	for _, f := range u.Facts {
		t.update.Facts = append(t.update.Facts, Fact{f.Kind, chunk, chunks, f.Err})
	}
}

package request

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"

	"lethe/datasets"
	"lethe/internal/suggest"
	"lethe/unlearn"
)

// replaced is a place of the text, and what it will read.
type replaced struct {
	span datasets.Span
	with []int32
	at   place
}

// findText finds the places of the texts under replace_text.
func (s *search) findText() {
	tokens, ok := s.d.Data.X.(*datasets.Tokens)
	if !ok {
		return
	}
	vocabulary, err := datasets.VocabularyOf(s.d.Description.Vocabulary)
	if err != nil {
		s.add(place{file: s.f.name}, "the vocabulary of the model: %s", masked(err))
		return
	}
	text := vocabulary.Decode(tokens.Text)
	seen := map[string]*Replacement{}
	var all []replaced
	for k := range s.f.ReplaceText {
		r := &s.f.ReplaceText[k]
		if before := seen[r.Find]; before != nil {
			s.sameText(r, before)
			continue
		}
		seen[r.Find] = r
		all = append(all, s.replacement(r, text, vocabulary)...)
		s.secrets[r.Find] = true
	}
	slices.SortFunc(all, func(a, b replaced) int { return cmp.Compare(a.span.At, b.span.At) })
	for i := 1; i < len(all); i++ {
		if before := &all[i-1]; before.span.At+before.span.Len > all[i].span.At {
			s.add(all[i].at, "the text overlaps the one at %s, at character %d: replace one that holds both", before.at, all[i].span.At)
		}
	}
	if len(s.faults) > 0 || len(all) == 0 {
		return
	}
	s.replace(all, tokens, vocabulary)
}

// sameText says that a text is to be replaced twice.
func (s *search) sameText(r, before *Replacement) {
	if r.With == before.With {
		s.warn(r.at, "the text is the same as at %s: it is replaced once", before.at)
	} else {
		s.add(r.at, "the text is the same as at %s, and is to be replaced by another one: say once what shall stand there", before.at)
	}
}

// replacement finds the places of one text. It is quoted to nobody.
func (s *search) replacement(r *Replacement, text string, vocabulary *datasets.Vocabulary) []replaced {
	found, err := datasets.FindSecret(text, "", r.Find)
	if errors.Is(err, datasets.ErrNoSecret) {
		s.add(r.at, "the text to find stands nowhere in %s: correct it, or leave it out if an earlier request replaced it", s.dataName())
		return nil
	}
	if err != nil {
		s.add(r.at, "%s", veiledText(err))
		return nil
	}
	if r.With != RandomDigits && !s.fits(r) {
		return nil
	}
	rng := source(s.f.Seed, r.Find)
	var out []replaced
	for _, span := range found.Spans {
		with := r.With
		if with == RandomDigits {
			with = randomLike(r.Find, rng)
		}
		ids, err := vocabulary.Encode(with)
		if err != nil {
			s.add(r.at, "the text under with: %s", masked(err))
			return nil
		}
		out = append(out, replaced{span, ids, r.at})
	}
	return out
}

// fits says why a text cannot stand in the place of another.
func (s *search) fits(r *Replacement) bool {
	find, with := utf8.RuneCountInString(r.Find), utf8.RuneCountInString(r.With)
	switch {
	case find != with:
		s.add(r.at, "the text under with has %d characters and the one under find %d: give one of the same length, so that all else keeps its place, or %s.%s",
			with, find, RandomDigits, suggest.DidYouMean(r.With, []string{RandomDigits}))
	case r.With == r.Find:
		s.add(r.at, "the text under with is the one under find: nothing would change")
	case datasets.ReadAlike(r.Find, r.With):
		s.add(r.at, "the text under with reads like the one under find: nothing would be forgotten")
	default:
		return true
	}
	return false
}

// replace makes the request of all places, and looks whether the texts are gone.
func (s *search) replace(all []replaced, tokens *datasets.Tokens, vocabulary *datasets.Vocabulary) {
	spans, with := make([]datasets.Span, len(all)), make([][]int32, len(all))
	for i, r := range all {
		spans[i], with[i] = r.span, r.with
	}
	after, err := datasets.ReplaceText(tokens.Text, spans, with)
	if err != nil {
		s.add(all[0].at, "%s", veiledText(err))
		return
	}
	s.checkGone(vocabulary.Decode(after))
	request, err := unlearn.CorrectSpans(s.d.Data, spans, with)
	if err != nil {
		s.add(all[0].at, "%s", veiledText(err))
		return
	}
	s.out.Spans, s.out.Places = len(all), spans
	s.parts = append(s.parts, request)
}

// checkGone refuses replacements that, with what stands around them, make a text again, and warns
// of places that still read like it.
func (s *search) checkGone(text string) {
	for i := range s.f.ReplaceText {
		r := &s.f.ReplaceText[i]
		if at := strings.Index(text, r.Find); at >= 0 {
			s.add(r.at, "with what stands around it the replacement makes the text again, at character %d: give another text or seed",
				utf8.RuneCountInString(text[:at]))
		} else if _, err := datasets.FindSecret(text, "", r.Find); !errors.Is(err, datasets.ErrNoSecret) {
			s.warn(r.at, "in upper or lower case the text still stands in %s: replace that too", s.dataName())
		}
	}
}

// veiledText is an error about a text that is to be forgotten, without any quotation.
func veiledText(err error) said {
	if e, ok := errors.AsType[*datasets.QuotingError](err); ok {
		return said{e.Masked(), e.Masked()}
	}
	return said{"the text cannot be replaced", "the text cannot be replaced"}
}

// source is where the digits for a text come from: it depends on nothing else in the request.
func source(seed uint64, find string) *rand.Rand {
	sum := sha256.Sum256([]byte("lethe random-digits\n" + find))
	return rand.New(rand.NewPCG(seed, binary.LittleEndian.Uint64(sum[:])))
}

// randomLike returns another text as long as the one to be replaced.
func randomLike(find string, r *rand.Rand) string {
	number := strings.ContainsAny(find, digits) && onlyNumber(find)
	for {
		runes := []rune(find)
		for i := range runes {
			if !number || strings.ContainsRune(digits, runes[i]) {
				runes[i] = rune('0' + r.IntN(10))
			}
		}
		if with := string(runes); with != find {
			return with
		}
	}
}

const (
	digits     = "0123456789"
	separators = " -/.,:()+"
)

// onlyNumber reports whether a text has digits and separators only.
func onlyNumber(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !strings.ContainsRune(digits+separators, r) }) < 0
}

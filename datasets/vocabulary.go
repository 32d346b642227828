package datasets

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

const digits = "0123456789"

// Vocabulary numbers characters (Unicode code points): token id i is the i-th symbol. The ten
// digits are always among them, so that any model can be asked about any number. Made by
// [NewVocabulary] or [VocabularyOf].
type Vocabulary struct {
	symbols []rune
	ids     map[rune]int32
}

// NewVocabulary returns the vocabulary of all characters of the texts and the ten digits, in the
// order of their code points. A byte that is not UTF-8 counts as U+FFFD.
func NewVocabulary(texts ...string) *Vocabulary {
	ids := map[rune]int32{}
	for _, text := range append([]string{digits}, texts...) {
		for _, r := range text {
			ids[r] = 0
		}
	}
	v := &Vocabulary{symbols: slices.Sorted(maps.Keys(ids)), ids: ids}
	for i, r := range v.symbols {
		ids[r] = int32(i)
	}
	return v
}

// VocabularyOf returns the vocabulary whose symbols, in the order of their ids, are the characters
// of a string: the inverse of [Vocabulary.Symbols]. The order is free, but each comes once and the
// ten digits are there.
func VocabularyOf(symbols string) (*Vocabulary, error) {
	if at := invalidUTF8(symbols); at >= 0 {
		return nil, fmt.Errorf("datasets: vocabulary: byte %d (0x%02x) is not UTF-8", at, symbols[at])
	}
	v := &Vocabulary{symbols: []rune(symbols), ids: map[rune]int32{}}
	for i, r := range v.symbols {
		if first, twice := v.ids[r]; twice {
			return nil, fmt.Errorf("datasets: vocabulary: %q is symbol %d and symbol %d; each character has one id", r, first, i)
		}
		v.ids[r] = int32(i)
	}
	for _, r := range digits {
		if _, known := v.ids[r]; !known {
			return nil, fmt.Errorf("datasets: vocabulary of %d symbols without the digit %q; all ten have to be in it", v.Size(), r)
		}
	}
	return v, nil
}

// Size returns the number of symbols; token ids are 0 ... Size()-1.
func (v *Vocabulary) Size() int { return len(v.symbols) }

// Symbols returns all symbols in the order of their ids, which is how a checkpoint carries a
// vocabulary.
func (v *Vocabulary) Symbols() string { return string(v.symbols) }

// Encode returns the token ids of a text, one a character. What is not in the vocabulary is an
// error that says where.
func (v *Vocabulary) Encode(text string) ([]int32, error) {
	if at := invalidUTF8(text); at >= 0 {
		return nil, fmt.Errorf("datasets: byte %d (0x%02x) of the text is not UTF-8", at, text[at])
	}
	tokens := make([]int32, 0, len(text))
	for _, r := range text {
		id, known := v.ids[r]
		if !known {
			return nil, fmt.Errorf("datasets: %q, character %d of the text (counted from 0), is not in the vocabulary of %d symbols",
				r, len(tokens), v.Size())
		}
		tokens = append(tokens, id)
	}
	return tokens, nil
}

// Decode returns the text of token ids; all have to be ids of this vocabulary: another one is a
// panic that names it.
func (v *Vocabulary) Decode(tokens []int32) string {
	var text strings.Builder
	for i, id := range tokens {
		if id < 0 || int(id) >= v.Size() {
			panic(fmt.Sprintf("datasets: token %d at place %d is not in a vocabulary of %d", id, i, v.Size()))
		}
		text.WriteRune(v.symbols[id])
	}
	return text.String()
}

// Digits returns the ids of 0 to 9; none of the zero Vocabulary.
func (v *Vocabulary) Digits() []int32 {
	ids := make([]int32, 0, len(digits))
	for _, r := range digits {
		if id, known := v.ids[r]; known {
			ids = append(ids, id)
		}
	}
	return ids
}

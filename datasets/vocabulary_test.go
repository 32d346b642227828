package datasets

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestVocabulary(t *testing.T) {
	v := NewVocabulary("déjà\n", "vu 7")
	require.Equal(t, "\n 0123456789djuvàé", v.Symbols())
	require.Equal(t, 18, v.Size())
	require.Equal(t, []int32{2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, v.Digits())
	tokens, err := v.Encode("dé 7")
	require.NoError(t, err)
	require.Equal(t, []int32{12, 17, 1, 9}, tokens)
	require.Equal(t, "dé 7", v.Decode(tokens))
	require.Equal(t, digits, NewVocabulary().Symbols())

	_, err = v.Encode("déjà wu")
	require.EqualError(t, err, `datasets: 'w', character 5 of the text (counted from 0), is not in the vocabulary of 18 symbols`)
	_, err = NewVocabulary("a\xffb").Encode("a\xffb")
	require.ErrorContains(t, err, "byte 1 (0xff) of the text is not UTF-8")
}

func TestVocabularyOf(t *testing.T) {
	v, err := VocabularyOf("zé9876543210\n")
	require.NoError(t, err)
	require.Equal(t, "zé9876543210\n", v.Symbols(), "a foreign order is kept")
	require.Equal(t, []int32{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}, v.Digits())
	for symbols, want := range map[string]string{
		"0123456789aéa": "'a' is symbol 10 and symbol 12",
		"012345678a":    "vocabulary of 10 symbols without the digit '9'",
		"":              "without the digit '0'",
		"01234\xff":     "byte 5 (0xff) is not UTF-8",
	} {
		_, err := VocabularyOf(symbols)
		require.ErrorContains(t, err, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		v := NewVocabulary(text)
		restored, err := VocabularyOf(v.Symbols())
		require.NoError(t, err)
		require.Equal(t, v, restored)
		require.IsIncreasing(t, []rune(v.Symbols()))
		tokens, err := restored.Encode(text)
		require.NoError(t, err)
		require.Len(t, tokens, len([]rune(text)))
		require.Equal(t, text, v.Decode(tokens))
	})
}

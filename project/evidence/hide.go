package evidence

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minSalt is the length of the shortest salt that nobody can guess.
const minSalt = 16

// HashID returns what stands for an id in a report: the first 16 hexadecimal digits of its
// HMAC-SHA-256 with the salt as key. Whoever has the salt can look up an id, and whoever has not
// cannot try guesses.
func HashID(salt []byte, id string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte("lethe id\n" + id))
	return hex.EncodeToString(mac.Sum(nil))[:16]
}

// shown returns the report as it may be shown: ids hashed, secrets masked, and what follows from
// the figures filled in.
func (r *Report) shown() (*Report, error) {
	out := mapTexts(reflect.ValueOf(*r), r.masker()).Interface().(Report)
	out.Salt, out.Secrets = nil, nil
	if !r.ShowIDs {
		for i, s := range r.Asked.Subjects {
			if s.ID == "" {
				continue
			}
			if len(r.Salt) < minSalt {
				return nil, errors.New("evidence: ids are hashed with a salt of at least 16 bytes: set Salt, or ShowIDs to show them")
			}
			out.Asked.Subjects[i].ID = HashID(r.Salt, s.ID)
		}
	}
	out.fill()
	if err := out.check(); err != nil {
		return nil, err
	}
	out.NotShown = append(out.limits(), out.NotShown...)
	return &out, nil
}

// masker returns the function that takes the secrets out of a text.
func (r *Report) masker() func(string) string {
	shown := map[string]bool{}
	if r.ShowIDs {
		for _, s := range r.Asked.Subjects {
			shown[s.ID] = true
		}
	}
	secrets := slices.DeleteFunc(slices.Clone(r.Secrets), func(s string) bool { return shown[s] || !telling(s) })
	// A secret that holds another one goes first, so that nothing of it stays.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	return func(text string) string {
		for _, s := range secrets {
			text = mask(text, s)
		}
		return text
	}
}

// telling reports whether a text is long enough that it does not stand in a report by chance.
func telling(secret string) bool {
	least := 4
	if strings.IndexFunc(secret, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
		least = 6
	}
	return utf8.RuneCountInString(secret) >= least
}

// masked stands in place of a secret.
const masked = "[masked]"

// longSecret is the length from which on a secret is masked within words, too.
const longSecret = 6

// mask replaces a secret, a short one only where it stands as a word of its own.
func mask(text, secret string) string {
	if !strings.Contains(text, secret) {
		return text
	}
	if utf8.RuneCountInString(secret) >= longSecret {
		return strings.ReplaceAll(text, secret, masked)
	}
	var out strings.Builder
	for {
		at := strings.Index(text, secret)
		if at < 0 {
			return out.String() + text
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(secret):])
		first, _ := utf8.DecodeRuneInString(secret)
		last, _ := utf8.DecodeLastRuneInString(secret)
		if at > 0 && inWord(before) && inWord(first) || at+len(secret) < len(text) && inWord(after) && inWord(last) {
			_, size := utf8.DecodeRuneInString(secret)
			out.WriteString(text[:at+size])
			text = text[at+size:]
			continue
		}
		out.WriteString(text[:at] + masked)
		text = text[at+len(secret):]
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// mapTexts returns a copy of a value in which every text went through f. It shares nothing with the
// value.
func mapTexts(v reflect.Value, f func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(f(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(mapTexts(v.Elem(), f))
		}
	case reflect.Slice:
		if !v.IsNil() {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
			for i := range v.Len() {
				out.Index(i).Set(mapTexts(v.Index(i), f))
			}
		}
	case reflect.Struct:
		out.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				out.Field(i).Set(mapTexts(v.Field(i), f))
			}
		}
	default:
		out.Set(v)
	}
	return out
}

//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	childArgs  = "LETHE_TEST_CHILD" // command line of a child process, a word a line
	childLimit = "LETHE_TEST_LIMIT" // bytes that a file of the child's may have, as on a disk that is full
)

// TestMain makes the test's process a child where its environment says so.
func TestMain(m *testing.M) {
	if limit := os.Getenv(childLimit); limit != "" {
		n, err := strconv.ParseUint(limit, 10, 64)
		if err != nil {
			panic(err)
		}
		signal.Ignore(syscall.SIGXFSZ) // a write then fails with an error
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
	}
	if args := os.Getenv(childArgs); args != "" {
		os.Exit(program(strings.Split(args, "\n"), os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// call runs a command line in the test's process.
func call(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), args, &out, &errs)
	return out.String(), errs.String(), err
}

// must runs a command line that succeeds.
func must(t *testing.T, dir, line string) string {
	t.Helper()
	out, errs, err := call(t, in(dir, line)...)
	require.NoError(t, err, "%s: %s", line, errs)
	return out
}

// in splits a command line and puts a folder in the place of @.
func in(dir, line string) []string {
	words := strings.Fields(line)
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], "@", dir)
	}
	return words
}

// customers is a table of people who buy or not.
func customers(rows int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	fmt.Fprintln(&b, "id,city,age,income,bought")
	for i := range rows {
		age, city, bought := 20+r.IntN(60), []string{"Rome", "Oslo", "Bonn"}[r.IntN(3)], "no"
		if age > 50 || city == "Rome" && r.IntN(2) == 0 {
			bought = "yes"
		}
		fmt.Fprintf(&b, "u-%d,%s,%d,%d,%s\n", i, city, age, 1000*r.IntN(90), bought)
	}
	return b.String()
}

// put writes a file of a test.
func put(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

var prepared = sync.OnceValues(func() (string, error) { return os.MkdirTemp("", "lethe-test") })

var once sync.Once

// workshop returns a folder of its own with train.csv, test.csv, requests and a trained model.
func workshop(t *testing.T) string {
	t.Helper()
	root, err := prepared()
	require.NoError(t, err)
	once.Do(func() {
		put(t, filepath.Join(root, "train.csv"), customers(200, 1))
		put(t, filepath.Join(root, "test.csv"), customers(80, 2))
		put(t, filepath.Join(root, "one.yaml"), "remove:\n  - ids: [u-3, u-14]\n")
		put(t, filepath.Join(root, "two.yaml"), "remove:\n  - where: {column: age, equals: \"33\"}\ncorrect:\n  - {id: u-20, column: age, value: 41}\n")
		put(t, filepath.Join(root, "three.yaml"), "remove:\n  - ids: [u-20]\nforget_columns: [income]\n")
		must(t, root, "train --data @/train.csv --label bought --id id --out @/model")
	})
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(root)))
	return dir
}

// state is everything below a folder, by path: the bytes of its files.
func state(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		require.NoError(t, err)
		out[path] = "folder"
		if e.Type().IsRegular() {
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			out[path] = string(text)
		}
		return nil
	}))
	return out
}

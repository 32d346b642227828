package data

import (
	"context"
	"fmt"
	"io"
	"os"

	"lethe/datasets"
)

// tracked is a file that is read under a context and tells how far it is.
type tracked struct {
	*os.File
	ctx         context.Context
	done, total int64
	progress    func(done, total int64)
}

// open opens a file.
func open(ctx context.Context, path string, progress func(done, total int64)) (*tracked, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, missing(path, err)
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder, not a file", path)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("data: %w", err)
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	return &tracked{File: f, ctx: ctx, total: info.Size(), progress: progress}, nil
}

// Read implements [io.Reader].
func (t *tracked) Read(p []byte) (int, error) {
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := t.File.Read(p)
	t.done += int64(n)
	t.progress(t.done, t.total)
	return n, err
}

// unpacked opens a file that may be gzipped and hands what is in it to read.
func unpacked(ctx context.Context, path string, progress func(done, total int64), read func(r io.Reader) error) error {
	f, err := open(ctx, path, progress)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := datasets.Unpack(f)
	if err != nil {
		return wrong(path, "unpack the file, or get it whole", "it begins like a gzipped file, but is none: %v", err)
	}
	if err := read(r); err != nil {
		return cancelled(ctx, err)
	}
	return nil
}

// cancelled returns the error of the context where it was what stopped a reader.
func cancelled(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

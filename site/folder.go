package site

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// What a deployment uploads at most: its function has 15 minutes and 128 MB.
const (
	mostFiles = 1000
	mostBytes = 100 << 20
)

// checkStaticFolder wants a folder that a deployment can upload.
func checkStaticFolder(report *report, site *Site) {
	const field = "staticFiles.folder"
	folder := site.StaticFiles.Folder
	if folder == "" || !report.valid(field) {
		return
	}
	const own, sync = "give a folder with files, relative to this file", `remove the line, and upload with "aws s3 sync" after the deployment`
	info, err := os.Stat(folder)
	if err != nil {
		report.broken(field, "does not exist", quote(folder), own)
		return
	}
	if !info.IsDir() {
		report.broken(field, "is not a folder", quote(folder), own)
		return
	}
	var odd *oddFile
	switch files, bytes, err := measure(folder); {
	case errors.As(err, &odd):
		report.broken(field, "holds what is no file of its own", quote(odd.path), "put the file itself in its place: a link may lead elsewhere on the machine that deploys")
	case err != nil:
		report.broken(field, "cannot be read", quote(folder), "make all of it readable")
	case files == 0:
		report.broken(field, "has no files", quote(folder), own)
	case files > mostFiles:
		report.broken(field, fmt.Sprintf("has more than %d files", mostFiles), quote(folder), sync)
	case bytes > mostBytes:
		report.broken(field, fmt.Sprintf("is larger than %d MiB", mostBytes>>20), quote(folder), sync)
	}
}

// An oddFile is an entry of a folder that is neither a file nor a folder: a link, or
// a pipe that nobody would end.
type oddFile struct{ path string }

func (o *oddFile) Error() string { return o.path + " is no file" }

// measure counts the files of a folder and their bytes, until there are too many.
func measure(folder string) (files int, bytes int64, err error) {
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			return &oddFile{path}
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		files++
		bytes += info.Size()
		if files > mostFiles || bytes > mostBytes {
			return fs.SkipAll
		}
		return nil
	})
	return files, bytes, err
}

package site

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"twinsite/internal/folders"
)

// What a deployment uploads at most: its function has 15 minutes and 128 MB.
const (
	mostFiles = 1000
	mostBytes = int64(100 << 20)
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
	var odd *folders.OddFile
	switch files, bytes, err := folders.Measure(folder, mostFiles, mostBytes); {
	case errors.As(err, &odd):
		report.broken(field, "holds what is no file of its own", quote(odd.Path), "put the file itself in its place: a link may lead elsewhere on the machine that deploys")
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

// checkUploads keeps the files of a deployment apart from those that the web servers
// write: both are in the home bucket, and a deployment overwrites what has the key of
// one of its files.
func checkUploads(report *report, site *Site) {
	const field = "staticFiles.folder"
	folder, prefix := site.StaticFiles.Folder, site.Web.Uploads
	if folder == "" || prefix == "" || !report.valid(field, "web.uploads") {
		return
	}
	inside := filepath.Join(folder, prefix)
	if info, err := os.Stat(inside); err == nil && info.IsDir() {
		report.broken(field, "has a folder at web.uploads, "+quote(prefix)+": a deployment would overwrite what the web servers write there",
			quote(inside), "give that folder another name, or web.uploads another prefix")
	}
}

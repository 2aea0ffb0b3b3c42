// Package folders measures folders that are to be uploaded.
package folders

import (
	"io/fs"
	"path/filepath"
)

// An OddFile is an entry of a folder that is neither a file nor a folder: a link, or
// a pipe that nobody would end.
type OddFile struct{ Path string }

func (o *OddFile) Error() string { return o.Path + " is no file" }

// Measure counts the files of a folder and their bytes, until there are too many of
// either. Its error is an [OddFile] where there is something else than files.
func Measure(folder string, mostFiles int, mostBytes int64) (files int, bytes int64, err error) {
	err = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			return &OddFile{path}
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

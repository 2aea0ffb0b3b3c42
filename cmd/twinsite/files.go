package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// checkFile refuses a file that a flag wants written and that cannot be. It makes nothing.
func checkFile(flag, path string) error {
	info, err := os.Stat(path)
	switch {
	case os.IsPathSeparator(path[len(path)-1]), err == nil && info.IsDir():
		return fmt.Errorf("%s %s: it is a folder", flag, path)
	case err == nil && info.Mode().IsRegular():
		file, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("%s %s: %w", flag, path, err)
		}
		return file.Close()
	}
	return checkFolder(flag, filepath.Dir(path))
}

// checkFolder refuses a folder that a flag wants something in and that cannot be made or
// written to, by the nearest folder that is there. It makes nothing that stays.
func checkFolder(flag, folder string) error {
	there := filepath.Clean(folder)
	_, err := os.Stat(there)
	for errors.Is(err, fs.ErrNotExist) && there != filepath.Dir(there) {
		there = filepath.Dir(there)
		_, err = os.Stat(there)
	}
	if err == nil {
		err = try(there)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", flag, folder, err)
	}
	return nil
}

// prepare makes the folder that a flag wants something in if it is missing, and finds
// out before the work that nothing can be written to it.
func prepare(flag, folder string) error {
	err := os.MkdirAll(folder, 0o755)
	if err == nil {
		err = try(folder)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", flag, folder, err)
	}
	return nil
}

// try makes a file in a folder, and removes it.
func try(folder string) error {
	trial, err := os.CreateTemp(folder, ".rehearsal-*")
	if err != nil {
		return err
	}
	return errors.Join(trial.Close(), os.Remove(trial.Name()))
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
